/// Memory of one device; each backend has its own subclass.
///
/// A buffer is written by the operation that makes it and only read afterwards, so sharing is safe. The one
/// exception, an optimizer's update, first ensures that it holds the only reference. The class is open because
/// backends in other modules subclass it.
open class Buffer: @unchecked Sendable {
  package let count: Int
  package let type: ElementType

  package init(count: Int, type: ElementType) {
    self.count = count
    self.type = type
  }

  /// A Boolean value that is true if the buffer owns its memory, and false if that is a mapped file.
  open var isWritable: Bool { true }

  /// Discards everything derived from the contents, which are about to change.
  open func contentsWillChange() {}
}

/// A contiguous part of a buffer that a kernel reads or writes.
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

  /// Returns true if this region holds the only reference to its buffer and covers all of it.
  mutating func isUniquelyReferenced() -> Bool {
    offset == 0 && count == buffer.count && buffer.isWritable && isKnownUniquelyReferenced(&buffer)
  }

  /// Returns part `index` of the region, divided into parts of `count` elements.
  package func part(_ index: Int, of count: Int) -> Region {
    Region(buffer, offset: offset + index * count, count: count)
  }

  /// Returns some of the region's `count` rows of equal size.
  package func rows(_ rows: Range<Int>, of count: Int) -> Region {
    let size = self.count / count
    return Region(buffer, offset: offset + rows.lowerBound * size, count: rows.count * size)
  }
}
