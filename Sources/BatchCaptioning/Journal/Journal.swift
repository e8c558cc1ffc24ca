import Files

/// The rows of a batch on the disk, `results.jsonl`: one for each input, written as soon as it is
/// done.
///
/// The file only grows while a batch runs, so that a kill can at worst tear the last line, which
/// the next run cuts off. The new row of a file that is captioned again is appended, too: until
/// then the old one is valid, and replacing it in place could tear it. `finish` then drops the rows
/// that have a newer one, in a copy that atomically takes the file's name.
package struct Journal: ~Copyable {
  /// The maximum length of a line, in bytes: a clip of a day, captioned every second.
  static let longestLine = 256 << 20
  /// The maximum time for which rows may be in the system's cache and not on the disk, which only a
  /// power cut would show.
  private static let synchronizationInterval = Duration.seconds(10)

  package let path: String
  /// The index of the rows that existed when it was opened.
  package let index: JournalIndex
  /// The number of lines that are no rows; `finish` drops them.
  package let brokenLineCount: Int
  private var replacedCounts: [UInt64: Int]
  private var file: AppendedFile
  private var lastSynchronization = ContinuousClock.now

  /// Opens the journal at `path`, or creates it.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - isRestarting: True if existing rows are discarded.
  /// - Throws: `JournalError` if the file is something else; `FileError` if it cannot be read or
  ///   written.
  package init(_ path: String, isRestarting: Bool = false) throws {
    var contents = try Self.read(path)
    if isRestarting { contents = Contents() }
    var file = try AppendedFile(path)
    try file.cut(to: contents.wholeByteCount)
    (self.path, index, brokenLineCount) = (path, contents.index, contents.brokenLineCount)
    replacedCounts = index.replacedCounts
    self.file = file
  }

  /// Adds the row of an input; on return it is completely in the system's cache, or not at all.
  ///
  /// - Parameters:
  ///   - row: One line of JSON.
  ///   - name: The name of the input.
  ///   - isReplacing: True if it has a row already.
  /// - Throws: `FileError` if it cannot be written.
  package mutating func append(
    _ row: JSONValue, of name: String, isReplacing: Bool
  ) throws(FileError) {
    try file.append(Array((row.compactText + "\n").utf8))
    if isReplacing { replacedCounts[JournalIndex.hash(name), default: 0] += 1 }
    guard lastSynchronization.duration(to: .now) > Self.synchronizationInterval else { return }
    try synchronize()
  }

  /// Waits until all rows are on the disk.
  package mutating func synchronize() throws(FileError) {
    try file.synchronize()
    lastSynchronization = .now
  }

  /// Leaves one row for each input, and waits until all are on the disk.
  package mutating func finish() throws(FileError) {
    try synchronize()
    guard !replacedCounts.isEmpty || brokenLineCount > 0 else { return }
    let copy = try AtomicFile(path, overwriting: true)
    var lines = LineReader(try ReadableFile(path), limit: Self.longestLine)
    var waiting: [UInt8] = []
    while let line = try lines.next() {
      guard let name = JournalRow(line)?.name else { continue }
      let hash = JournalIndex.hash(name)
      if let count = replacedCounts[hash] {
        replacedCounts[hash] = count > 1 ? count - 1 : nil
        continue
      }
      waiting += line
      waiting.append(UInt8(ascii: "\n"))
      if waiting.count >= 1 << 18 {
        try copy.write(waiting)
        waiting.removeAll(keepingCapacity: true)
      }
    }
    try copy.write(waiting)
    try copy.commit()
  }

  private struct Contents {
    var index = JournalIndex()
    /// The number of bytes up to the end of the last whole line.
    var wholeByteCount = 0
    var brokenLineCount = 0
  }

  private static func read(_ path: String) throws -> Contents {
    var contents = Contents()
    let file: ReadableFile
    do throws(FileError) {
      file = try ReadableFile(path)
    } catch {
      guard error.problem == .missing else { throw error }
      return contents
    }
    var lines = LineReader(file, limit: longestLine)
    while let line = try lines.next(), !lines.isTorn {
      contents.wholeByteCount = lines.offset
      if let row = JournalRow(line) {
        contents.index.add(row)
      } else {
        contents.brokenLineCount += 1
      }
    }
    // A file without any of our rows belongs to somebody else.
    let isForeign = contents.index.count == 0 && contents.brokenLineCount > 0
    guard !isForeign, contents.index.count > 0 || isBeginningOfRow(file) else {
      throw JournalError(path: path)
    }
    return contents
  }

  /// Returns true if a file without a whole line may have been begun by a batch.
  private static func isBeginningOfRow(_ file: ReadableFile) -> Bool {
    let start = Array("{\"schema\":\"\(ResultHead.schema)\"".utf8)
    guard let head = try? file.bytes(0..<start.count) else { return false }
    return start.starts(with: head)
  }
}

/// An error about a file in the place of a journal that is none.
package struct JournalError: Error, Equatable, CustomStringConvertible {
  package let path: String

  package var description: String {
    "\(path): exists and holds no results of cutline. Choose another folder with -o."
  }
}
