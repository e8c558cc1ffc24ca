/// Memory of one device; each backend has its own subclass.
///
/// A buffer is written by the operation that makes it and only read from then on; the one exception,
/// an optimizer's update, first makes sure that it holds the only reference. That makes sharing safe.
/// Open, because only an open class has subclasses in another module, where further backends live.
open class Buffer: @unchecked Sendable {
  package let count: Int
  package let type: ElementType

  package init(count: Int, type: ElementType) {
    self.count = count
    self.type = type
  }

  /// Whether the memory is the buffer's own, not that of a mapped file.
  open var isWritable: Bool { true }

  /// Forgets whatever was derived from the contents, because they are about to change.
  open func contentsWillChange() {}
}

/// A stretch of a buffer: what a kernel reads or writes.
package struct Region: Sendable {
  package private(set) var buffer: Buffer
  package let offset: Int
  package let count: Int

  package var type: ElementType { buffer.type }

  package init(_ buffer: Buffer, offset: Int = 0, count: Int? = nil) {
    let count = count ?? buffer.count - offset
    precondition(
      offset >= 0 && count >= 0 && offset + count <= buffer.count,
      "region: \(offset)..<\(offset + count) lies outside a buffer of \(buffer.count)")
    (self.buffer, self.offset, self.count) = (buffer, offset, count)
  }

  /// Whether this region is the only way to its buffer, and covers all of it.
  mutating func isUniquelyReferenced() -> Bool {
    offset == 0 && count == buffer.count && buffer.isWritable && isKnownUniquelyReferenced(&buffer)
  }

  /// Part `index` of a region cut into parts of `count` elements.
  package func part(_ index: Int, of count: Int) -> Region {
    Region(buffer, offset: offset + index * count, count: count)
  }

  /// Some of `count` rows of equal size.
  package func rows(_ rows: Range<Int>, of count: Int) -> Region {
    let size = self.count / count
    return Region(buffer, offset: offset + rows.lowerBound * size, count: rows.count * size)
  }
}
