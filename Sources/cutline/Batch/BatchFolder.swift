import BatchCaptioning
import Captioning
import Files

/// A batch's folder, and the lock for writing the files of one shard in it.
struct BatchFolder: ~Copyable {
  let path: String
  let shard: Shard
  private let lock: FolderLock

  /// Locks the folder, which is created if it is missing.
  init(_ path: String, _ shard: Shard) throws {
    try makeFolder(path)
    guard let lock = try FolderLock(path, named: shard.fileName(".lock", "")) else {
      let what = shard == .whole ? "batch" : "batch of shard \(shard.index)/\(shard.count)"
      throw Failure(
        "\(path): another \(what) is running there. Wait for it, or choose another -o.", .locked)
    }
    try Self.removeLeftovers(of: shard, in: path)
    (self.path, self.shard) = (path, shard)
    self.lock = lock
  }

  /// Opens the journal of rows.
  func journal(isRestarting: Bool) throws -> Journal {
    try Journal("\(path)/\(shard.journalName)", isRestarting: isRestarting)
  }

  /// Removes the summary of an earlier run: if there is one, it describes the end of this run.
  func removeSummary() throws(FileError) {
    try removeFile(BatchSummary.path(in: path, shard))
  }

  /// Removes the partial files of a killed run: the lock ensures that nobody else is writing them.
  private static func removeLeftovers(of shard: Shard, in path: String) throws(FileError) {
    let files = [
      shard.journalName, shard.fileName("summary", ".json"), shard.fileName("report", ".html"),
    ]
    for name in try namesInFolder(path)
    where files.contains(where: { name.hasPrefix(".\($0).tmp-") }) {
      try removeFile("\(path)/\(name)")
    }
  }
}
