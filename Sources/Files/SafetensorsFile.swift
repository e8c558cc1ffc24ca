/// A safetensors file, read in place.
///
/// Opening it checks the whole header and reads no tensor data.
package struct SafetensorsFile: TensorFile {
  /// The maximum size of a header in bytes, and the maximum number of tensors.
  package static let maximumHeaderSize = SafetensorsHeader.maximumSize
  package static let maximumTensorCount = SafetensorsHeader.maximumTensorCount

  package let file: MappedFile
  /// The tensors in the order of their data.
  package let entries: [StoredTensor]
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
  package subscript(name: String) -> StoredTensor? { indices[name].map { entries[$0] } }
}
