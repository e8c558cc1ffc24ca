/// Writes a safetensors file with one tensor, row by row, when the number of rows is not known beforehand.
///
/// Space for the longest header is reserved and filled in by `commit`, so that rows are neither held in
/// memory nor written twice.
package struct SafetensorsRowsWriter: ~Copyable {
  private let name: String
  private let rowShape: [Int]
  private let reservedSize: Int
  private let file: AtomicFile
  package private(set) var rowCount = 0

  /// The path of the file until the commit.
  package var workingPath: String { file.workingPath }

  /// - Parameters:
  ///   - path: The path of the file.
  ///   - name: The name of the tensor.
  ///   - rowShape: The shape of one row of `float32` numbers.
  ///   - maximumRowCount: The maximum number of rows.
  ///   - longestMetadata: Metadata at least as long as that passed to `commit`.
  ///   - overwriting: True to replace an existing file.
  /// - Throws: `FileError`, with `.tooLarge` if the header would exceed the format's limit.
  package init(
    _ path: String, name: String, rowShape: [Int], maximumRowCount: Int,
    longestMetadata: [String: String], overwriting: Bool
  ) throws(FileError) {
    let header = Self.header(name, [maximumRowCount] + rowShape, longestMetadata)
    guard header.count - 8 <= SafetensorsHeader.maximumSize else {
      throw FileError(
        path, .tooLarge(byteCount: header.count, limit: SafetensorsHeader.maximumSize))
    }
    let file = try AtomicFile(path, overwriting: overwriting)
    try file.write(header)
    (self.name, self.rowShape, reservedSize) = (name, rowShape, header.count)
    self.file = file
  }

  /// Appends rows of little-endian `float32` numbers.
  package mutating func write(rows bytes: UnsafeRawBufferPointer) throws(FileError) {
    let rowSize = rowShape.reduce(4, *)
    precondition(
      bytes.count.isMultiple(of: rowSize), "\(bytes.count) bytes are no rows of \(rowSize)")
    rowCount += bytes.count / rowSize
    try file.write(bytes)
  }

  /// Fills in the header, synchronises the file to disk, and renames it to its final path.
  package consuming func commit(metadata: [String: String]) throws(FileError) {
    let header = Self.header(name, [rowCount] + rowShape, metadata, size: reservedSize)
    precondition(header.count == reservedSize, "\(file.path): the header outgrew its room")
    try file.rewrite(header)
    try file.commit()
  }

  private static func header(
    _ name: String, _ shape: [Int], _ metadata: [String: String], size: Int = 0
  ) -> [UInt8] {
    SafetensorsWriter.header(
      [.init(name: name, type: .float32, shape: shape)], metadata, paddedTo: size)
  }
}
