/// Writes a safetensors file, tensor by tensor, which appears complete or not at all.
///
///     var writer = try SafetensorsWriter(path, tensors: layouts)
///     for tensor in writer.tensors { try writer.write(bytes(of: tensor.name)) }
///     try writer.commit()
package struct SafetensorsWriter: ~Copyable {
  /// The name, the element type and the shape of a tensor to write.
  package struct Tensor: Sendable, Equatable {
    package let name: String
    package let type: StoredElement
    package let shape: [Int]

    package init(name: String, type: StoredElement, shape: [Int]) {
      self.name = name
      self.type = type
      self.shape = shape
    }

    package var byteCount: Int { shape.reduce(type.size, *) }
  }

  /// The tensors in the order in which their data must be written.
  ///
  /// Larger element types come first, so that all tensors are aligned; otherwise the given order is kept.
  package let tensors: [Tensor]
  private let file: AtomicFile
  private let byteCount: Int
  private var writtenCount = 0

  /// Creates a file of `tensors` with distinct names, and with metadata such as `["format": "pt"]`.
  package init(
    _ path: String, tensors: [Tensor], metadata: [String: String] = [:], overwriting: Bool = false
  ) throws(FileError) {
    precondition(Set(tensors.map(\.name)).count == tensors.count, "two tensors of one name")
    let ordered = tensors.enumerated()
      .sorted { (-$0.element.type.size, $0.offset) < (-$1.element.type.size, $1.offset) }
      .map(\.element)
    let file = try AtomicFile(path, overwriting: overwriting)
    try file.write(Self.header(ordered, metadata))
    self.tensors = ordered
    self.file = file
    byteCount = ordered.reduce(0) { $0 + $1.byteCount }
  }

  /// Appends the next bytes of the current tensor, which may be written in pieces.
  package mutating func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    writtenCount += bytes.count
    precondition(writtenCount <= byteCount, "\(file.path): more bytes than the tensors have")
    try file.write(bytes)
  }

  /// Synchronises the file to disk, and renames it to its final path.
  package consuming func commit() throws(FileError) {
    precondition(
      writtenCount == byteCount,
      "\(file.path): \(writtenCount) of \(byteCount) bytes were written")
    try file.commit()
  }

  /// Returns the length and the JSON text of a header, padded with blanks to at least `size` bytes in all and
  /// to a multiple of 8.
  static func header(
    _ tensors: [Tensor], _ metadata: [String: String], paddedTo size: Int = 0
  ) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let notes = metadata.sorted { $0.key < $1.key }
        .map { "\(jsonString($0.key)):\(jsonString($0.value))" }
      members.append("\"__metadata__\":{\(notes.joined(separator: ","))}")
    }
    var offset = 0
    for tensor in tensors {
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      let end = offset + tensor.byteCount
      members.append(
        "\(jsonString(tensor.name)):{\"dtype\":\"\(tensor.type.rawValue)\","
          + "\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var json = Array("{\(members.joined(separator: ","))}".utf8)
    let blankCount = max((8 - json.count % 8) % 8, size - 8 - json.count)
    json += [UInt8](repeating: UInt8(ascii: " "), count: blankCount)
    return (0..<8).map { UInt8(truncatingIfNeeded: json.count >> (8 * $0)) } + json
  }
}
