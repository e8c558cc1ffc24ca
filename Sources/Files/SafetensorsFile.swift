/// A safetensors file, read in place.
///
/// Opening it checks the whole header and reads no tensor data. A tensor may keep a reference to `file` and
/// read its data from there. Tensors may begin at any byte, so unaligned loads are needed.
package struct SafetensorsFile: Sendable {
  /// The maximum size of a header in bytes, and the maximum number of tensors.
  package static let maximumHeaderSize = SafetensorsHeader.maximumSize
  package static let maximumTensorCount = SafetensorsHeader.maximumTensorCount

  /// A tensor in the file.
  package struct Entry: Sendable, Equatable {
    package let name: String
    package let type: SafetensorsType
    package let shape: [Int]
    /// The range of its data, in bytes from the start of the file.
    package let range: Range<Int>

    func moved(by distance: Int) -> Entry {
      Entry(
        name: name, type: type, shape: shape,
        range: range.lowerBound + distance..<range.upperBound + distance)
    }
  }

  package let file: MappedFile
  /// The tensors in the order of their data.
  package let entries: [Entry]
  /// The text entries under `__metadata__`.
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

  /// The tensor called `name`; nil if there is none.
  package subscript(name: String) -> Entry? { indices[name].map { entries[$0] } }

  /// Calls `body` with the little-endian data of `entry`.
  package func withBytes<Result, Failure: Error>(
    of entry: Entry, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try file.withBytes(entry.range, body)
  }
}
