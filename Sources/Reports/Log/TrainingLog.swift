import Files

/// The rows of a run, on the disk in `train.jsonl`: one JSON object per line.
///
/// A run that resumes from a checkpoint writes the rows after it again, so they are cut off first:
/// the file of a run that was killed holds the same rows as that of one that was not.
package struct TrainingLog: ~Copyable {
  package static let fileName = "train.jsonl"

  /// All rows so far.
  package private(set) var rows: [TrainingRow]
  private var file: QueuedFile

  /// The position of a checkpoint in the log; later rows are unknown to the checkpoint.
  package struct Position: Sendable {
    package let step: Int
    /// True if the summary that ends there, if one does, has been made.
    package let isSummarized: Bool

    package init(step: Int, isSummarized: Bool) {
      (self.step, self.isSummarized) = (step, isSummarized)
    }

    /// The position of a run that begins.
    package static let start = Position(step: 0, isSummarized: false)

    /// A summary comes after its last step, and a checkpoint may stand between the two.
    fileprivate func includes(_ row: TrainingRow) -> Bool {
      switch row {
      case .step(let row): row.step <= step
      case .summary(let row): row.step < step || row.step == step && isSummarized
      }
    }
  }

  /// Opens the log in `folder`, cut off at `position`.
  package init(in folder: String, resumingAt position: Position) throws(FileError) {
    let path = "\(folder)/\(Self.fileName)"
    let text = try contents(of: path)
    var kept: [UInt8] = []
    var rows: [TrainingRow] = []
    for line in text.split(separator: UInt8(ascii: "\n")) {
      guard let row = TrainingRow(line), position.includes(row) else { continue }
      rows.append(row)
      kept += line + [UInt8(ascii: "\n")]
    }
    if kept != text { try AtomicFile.write(kept, to: path, overwriting: true) }
    file = try QueuedFile(path)
    self.rows = rows
  }

  /// Adds a row.
  ///
  /// On return it is in the system's cache, if not on the disk, or waits for free
  /// space.
  ///
  /// - Parameter row: What happened.
  /// - Returns: The row as a later run will read it, with fewer digits, for whatever else is written of it.
  @discardableResult
  package mutating func append(_ row: TrainingRow) -> TrainingRow {
    let json = row.json
    file.append(Array((json.compactText + "\n").utf8))
    let row = TrainingRow(json) ?? row
    rows.append(row)
    return row
  }

  /// Waits until all rows are on the disk, as they must be before a checkpoint says they were written.
  package mutating func synchronize() throws(FileError) { try file.synchronize() }

  /// The rows of a run's `folder`, to look at.
  package static func rows(in folder: String) throws(FileError) -> [TrainingRow] {
    try contents(of: "\(folder)/\(fileName)").split(separator: UInt8(ascii: "\n"))
      .compactMap { TrainingRow($0) }
  }
}

extension TrainingRow {
  /// Reads a line; nil if it is torn.
  fileprivate init?(_ line: ArraySlice<UInt8>) {
    guard let json = try? JSONValue(reading: Array(line)) else { return nil }
    self.init(json)
  }
}

/// The bytes of the file at `path`; none if there is no file.
private func contents(of path: String) throws(FileError) -> [UInt8] {
  do throws(FileError) {
    return try MappedFile(path).withBytes { Array($0) }
  } catch {
    guard error.problem == .empty || error.problem == .missing else { throw error }
    return []
  }
}
