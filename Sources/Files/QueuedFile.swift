/// A file that grows by records, which wait in memory while there is no room for them.
package struct QueuedFile: ~Copyable {
  private var file: AppendedFile
  private var waiting: [[UInt8]] = []

  package var path: String { file.path }

  /// Opens the file at `path` to add to what it holds, or creates it.
  package init(_ path: String) throws(FileError) { file = try AppendedFile(path) }

  /// Adds one record, at once if it can be written.
  package mutating func append(_ record: [UInt8]) {
    waiting.append(record)
    try? writeWaiting()
  }

  /// Waits until all records are on the disk.
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
