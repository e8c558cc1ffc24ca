/// A file of named tensors, read in place.
///
/// A tensor may keep a reference to `file` and read its data from there. Tensors may begin at any byte, so
/// unaligned loads are needed.
package protocol TensorFile: Sendable {
  var file: MappedFile { get }
  /// The tensors in the order of the file.
  var entries: [StoredTensor] { get }
  /// The entries that the file has about itself, such as its license.
  var metadata: [String: String] { get }

  /// The tensor called `name`; nil if there is none.
  subscript(name: String) -> StoredTensor? { get }
}

/// A tensor in a file.
package struct StoredTensor: Sendable, Equatable {
  package let name: String
  package let type: StoredElement
  package let shape: [Int]
  /// The range of its data, from the first element to the last, in bytes from the start of the file.
  package let range: Range<Int>
  /// The distance between neighbours along each axis, in elements; nil if the data is in row-major order
  /// without gaps.
  package let strides: [Int]?

  package init(
    name: String, type: StoredElement, shape: [Int], range: Range<Int>, strides: [Int]? = nil
  ) {
    (self.name, self.type, self.shape) = (name, type, shape)
    (self.range, self.strides) = (range, strides)
  }

  /// The number of elements.
  package var elementCount: Int { shape.reduce(1, *) }
}

extension TensorFile {
  /// Calls `body` with the little-endian data of `entry`, in row-major order.
  package func withBytes<Result, Failure: Error>(
    of entry: StoredTensor, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withOwnedBytes(of: entry) { bytes, _ throws(Failure) in try body(bytes) }
  }

  /// Calls `body` with the little-endian data of `entry`, in row-major order, and with the owner that keeps the
  /// data valid.
  ///
  /// Data in another order, or with gaps, is copied first.
  package func withOwnedBytes<Result, Failure: Error>(
    of entry: StoredTensor,
    _ body: (UnsafeRawBufferPointer, _ owner: any AnyObject & Sendable) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard let strides = entry.strides else {
      return try file.withBytes(entry.range) { bytes throws(Failure) in try body(bytes, file) }
    }
    let packed = file.withBytes(entry.range) {
      PackedElements(of: $0, size: entry.type.size, entry.shape, strides)
    }
    return try body(UnsafeRawBufferPointer(packed.bytes), packed)
  }
}

/// Elements that were copied into row-major order.
///
/// A class, so that a tensor can use the copy in place.
private final class PackedElements: @unchecked Sendable {
  // Sendable because the bytes are only written by `init`.
  let bytes: UnsafeMutableRawBufferPointer

  /// - Parameters:
  ///   - source: The data, which begins with the first element.
  ///   - size: The size of an element in bytes.
  ///   - shape: The size of each axis.
  ///   - strides: The distance between neighbours along each axis, in elements.
  init(of source: UnsafeRawBufferPointer, size: Int, _ shape: [Int], _ strides: [Int]) {
    let count = shape.reduce(1, *)
    bytes = .allocate(byteCount: count * size, alignment: 64)
    var index = Array(repeating: 0, count: shape.count)
    var place = 0
    for element in 0..<count {
      UnsafeMutableRawBufferPointer(rebasing: bytes[element * size..<(element + 1) * size])
        .copyMemory(from: .init(rebasing: source[place * size..<(place + 1) * size]))
      // The next element in row-major order: the last axis moves first.
      for axis in shape.indices.reversed() {
        index[axis] += 1
        // Wraps where an axis of one element has a stride beyond all bounds, and back.
        place &+= strides[axis]
        if index[axis] < shape[axis] { break }
        place &-= shape[axis] &* strides[axis]
        index[axis] = 0
      }
    }
  }

  deinit { bytes.deallocate() }
}
