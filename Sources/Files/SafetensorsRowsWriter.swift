/// Writes a file of one tensor whose rows come one after the other and are counted only in the end.
///
/// Room for the longest header is left in front and filled in by `commit`, so that no row is held in
/// memory or written twice.
package struct SafetensorsRowsWriter: ~Copyable {
  private let name: String
  private let rowShape: [Int]
  private let reservedSize: Int
  private let file: AtomicFile
  package private(set) var rowCount = 0

  /// Where the file is until the commit.
  package var workingPath: String { file.workingPath }

  /// - Parameters:
  ///   - path: The file to write.
  ///   - name: What the tensor is called.
  ///   - rowShape: The shape of one row of `float32` numbers.
  ///   - maximumRowCount: How many rows there will be at most.
  ///   - longestMetadata: Notes at least as long as those of the commit.
  ///   - overwriting: Whether a file that is there may be replaced.
  package init(
    _ path: String, name: String, rowShape: [Int], maximumRowCount: Int,
    longestMetadata: [String: String], overwriting: Bool
  ) throws(FileError) {
    (self.name, self.rowShape) = (name, rowShape)
    let header = Self.header(name, [maximumRowCount] + rowShape, longestMetadata)
    guard header.count - 8 <= SafetensorsHeader.maximumSize else {
      throw FileError(
        path, .tooLarge(byteCount: header.count, limit: SafetensorsHeader.maximumSize))
    }
    reservedSize = header.count
    file = try AtomicFile(path, overwriting: overwriting)
    try file.write(header)
  }

  /// Adds rows, little-endian `float32` numbers end to end.
  package mutating func write(rows bytes: UnsafeRawBufferPointer) throws(FileError) {
    let rowSize = rowShape.reduce(4, *)
    precondition(
      bytes.count.isMultiple(of: rowSize), "\(bytes.count) bytes are no rows of \(rowSize)")
    rowCount += bytes.count / rowSize
    try file.write(bytes)
  }

  /// Fills in the header, makes the file durable and gives it its name.
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
