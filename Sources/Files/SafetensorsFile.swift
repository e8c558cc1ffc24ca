/// A file of named tensors, read in place.
///
/// Opening it checks the whole header and touches none of the numbers; a tensor may keep `file`
/// and read them where they lie. Tensors may start at any byte, so unaligned loads are needed.
package struct SafetensorsFile: Sendable {
  /// The most bytes a header may have, and the most tensors a file.
  package static let maximumHeaderSize = SafetensorsHeader.maximumSize
  package static let maximumTensorCount = SafetensorsHeader.maximumTensorCount

  /// A tensor of the file.
  package struct Entry: Sendable, Equatable {
    package let name: String
    package let type: ElementType
    package let shape: [Int]
    /// Where its numbers are, in bytes from the start of the file.
    package let range: Range<Int>

    func moved(by distance: Int) -> Entry {
      Entry(
        name: name, type: type, shape: shape,
        range: range.lowerBound + distance..<range.upperBound + distance)
    }
  }

  package let file: MappedFile
  /// In the order of their data.
  package let entries: [Entry]
  /// What the writer noted under `__metadata__`.
  package let metadata: [String: String]
  private let indices: [String: Int]

  package init(_ path: String) throws(SafetensorsError) {
    do throws(FileError) {
      file = try MappedFile(path)
    } catch {
      throw SafetensorsError(path, .unreadable(error))
    }
    let header = try file.withBytes { bytes throws(SafetensorsError) in
      try SafetensorsHeader(reading: bytes, path: path)
    }
    entries = header.entries
    metadata = header.metadata
    indices = header.indices
  }

  /// The tensor called `name`, if there is one.
  package subscript(name: String) -> Entry? { indices[name].map { entries[$0] } }

  /// Calls `body` with the numbers of `entry`, little-endian, as they lie in the file.
  package func withBytes<Result, Failure: Error>(
    of entry: Entry, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try file.withBytes(entry.range, body)
  }
}
