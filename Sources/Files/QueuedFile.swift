/// An append-only file of records, which are kept in memory while the disk is full.
package struct QueuedFile: ~Copyable {
  private var file: AppendedFile
  private var waiting: [[UInt8]] = []

  package var path: String { file.path }

  /// Opens the file at `path` for appending, or creates it.
  package init(_ path: String) throws(FileError) { file = try AppendedFile(path) }

  /// Appends one record, at once if it can be written.
  package mutating func append(_ record: [UInt8]) {
    waiting.append(record)
    try? writeWaiting()
  }

  /// Waits until all records are on disk.
  package mutating func synchronize() throws(FileError) {
    try writeWaiting()
    try file.synchronize()
  }

  private mutating func writeWaiting() throws(FileError) {
    while let record = waiting.first {
      try file.append(record)
      waiting.removeFirst()
    }
  }
}
