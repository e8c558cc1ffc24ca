import Files

/// Merges the results of all shards into `results.jsonl`.
package struct ShardMerge {
  private let folder: String
  private let shards: [Shard]

  /// Finds the results of all shards in `folder`.
  ///
  /// - Parameters:
  ///   - folder: The output folder of all shards.
  ///   - count: The number of shards; nil if it follows from the names of the files.
  /// - Throws: `ShardMergeError` unless all are there; `FileError` if a file cannot be read.
  package init(in folder: String, count: Int? = nil) throws {
    let found = try namesInFolder(folder).compactMap { Shard(fileName: $0) }
    let counts = Set(found.map(\.count)).sorted()
    guard count != nil || counts.count < 2 else {
      throw ShardMergeError(folder, .severalCounts(counts))
    }
    guard let count = count ?? counts.first else { throw ShardMergeError(folder, .none) }
    shards = (0..<count).compactMap { Shard($0, of: count) }
    self.folder = folder
    let missing = shards.filter { !found.contains($0) }
    guard missing.isEmpty else { throw ShardMergeError(folder, .missing(missing)) }
  }

  /// Writes the rows and the summary of all shards, and returns the summary.
  ///
  /// - Throws: `ShardMergeError` unless all are finished; `FileError` if a file cannot be written.
  package func write(overwriting: Bool) throws -> BatchSummary {
    let summary = try summary()
    let path = "\(folder)/\(Shard.whole.journalName)"
    let file = try AtomicFile(path, overwriting: overwriting)
    for shard in shards {
      let part = try ReadableFile("\(folder)/\(shard.journalName)")
      for start in stride(from: 0, to: part.status.byteCount, by: 1 << 20) {
        try file.write(try part.bytes(start..<start + 1 << 20))
      }
    }
    try file.commit()
    try summary.write(into: folder)
    return summary
  }

  /// Returns the sum of all summaries, each of a shard that finished with the same model.
  private func summary() throws(ShardMergeError) -> BatchSummary {
    let summaries = shards.map { BatchSummary(of: $0, in: folder) }
    let unfinished = zip(shards, summaries).filter { $1?.end != .finished }.map(\.0)
    guard unfinished.isEmpty else { throw ShardMergeError(folder, .unfinished(unfinished)) }
    let whole = summaries.compactMap(\.self)
    guard let first = whole.first else { throw ShardMergeError(folder, .none) }
    var sum = BatchSummary(of: .whole, model: first.model, settings: first.settings)
    // Every shard visits all inputs.
    sum.leftOut = first.leftOut
    for summary in whole {
      guard summary.model["sha256"] == first.model["sha256"], summary.settings == first.settings
      else { throw ShardMergeError(folder, .different(first.shard, summary.shard)) }
      sum.add(summary)
    }
    return sum
  }
}

/// The reason why shards cannot be merged.
package struct ShardMergeError: Error, Equatable, CustomStringConvertible {
  package enum Problem: Sendable, Equatable {
    case none
    case severalCounts([Int])
    case missing([Shard])
    /// Shards that were stopped or killed, or are still running.
    case unfinished([Shard])
    case different(Shard, Shard)
  }
  package let folder: String
  package let problem: Problem

  init(_ folder: String, _ problem: Problem) { (self.folder, self.problem) = (folder, problem) }

  package var description: String {
    switch problem {
    case .none:
      "\(folder): holds no results of shards. Run the batch with --shard 0/N to N-1/N first."
    case .severalCounts(let counts):
      "\(folder): holds results of \(counts.map(String.init).joined(separator: ", and of ")) shards. "
        + "Say with --shards which to put together."
    case .missing(let shards):
      "\(folder): of \(shards[0].count) shards there are no results of \(Self.list(shards)). "
        + "Run the batch with --shard \(shards[0].index)/\(shards[0].count) first."
    case .unfinished(let shards):
      "\(folder): not at its end is shard \(Self.list(shards)). Run the batch with --shard "
        + "\(shards[0].index)/\(shards[0].count) again, which does what is left."
    case .different(let first, let second):
      "\(folder): shards \(first.index) and \(second.index) were made with different models or settings. "
        + "Run the batch with --shard \(second.index)/\(second.count) again, as the first."
    }
  }

  /// Returns the numbers of the first few shards, and how many more there are.
  private static func list(_ shards: [Shard]) -> String {
    let numbers = shards.prefix(10).map { "\($0.index)" }.joined(separator: ", ")
    return shards.count > 10 ? "\(numbers) and \(shards.count - 10) more" : numbers
  }
}
