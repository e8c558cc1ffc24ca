import Files

/// One of the equal parts that a batch is cut into, for as many machines.
///
/// An input's part follows from its name alone, so that it stays where it is while other files come and
/// go, and no part has to know of another.
package struct Shard: Sendable, Equatable {
  /// From 0.
  package let index: Int
  package let count: Int

  /// All of a batch.
  package static let whole = Shard(index: 0, count: 1)
  /// So many that the names of their files still sort.
  package static let maximumCount = 99_999

  private init(index: Int, count: Int) { (self.index, self.count) = (index, count) }

  /// A part of a batch, if there is one of that number.
  package init?(_ index: Int, of count: Int) {
    guard (1...Self.maximumCount).contains(count), (0..<count).contains(index) else { return nil }
    self.init(index: index, count: count)
  }

  /// Reads `3/16`.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let index = parts[0], let count = parts[1] else { return nil }
    self.init(index, of: count)
  }

  package func contains(_ input: BatchInput) -> Bool {
    count == 1 || input.number % UInt64(count) == UInt64(index)
  }

  /// A file's name for this part: `results.jsonl`, or `results-00003-of-00016.jsonl`.
  package func fileName(_ stem: String, _ ending: String) -> String {
    count == 1 ? stem + ending : "\(stem)-\(padded(index))-of-\(padded(count))\(ending)"
  }

  /// The name of the file with its rows.
  package var journalName: String { fileName("results", ".jsonl") }

  /// The part whose file of results is called `name`.
  init?(fileName name: String) {
    guard name.hasPrefix("results-"), name.hasSuffix(".jsonl") else { return nil }
    let parts = name.dropFirst(8).dropLast(6).split(separator: "-")
    guard parts.count == 3, parts[1] == "of", let index = Int(parts[0]), let count = Int(parts[2])
    else { return nil }
    self.init(index, of: count)
  }

  private func padded(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
  }
}

extension Shard {
  /// The part that a cluster's environment assigns this process, if it does.
  ///
  /// - Parameters:
  ///   - environment: Looks up a variable.
  ///   - count: How many parts there are, where the user says so: Kubernetes does not.
  /// - Returns: The part and the variable that named it; nil where there is none.
  /// - Throws: `ShardError` if the variables contradict each other.
  package static func assigned(
    by environment: (String) -> String?, count: Int?
  ) throws(ShardError) -> (shard: Shard, variable: String)? {
    func number(_ name: String) throws(ShardError) -> Int? {
      guard let text = environment(name) else { return nil }
      guard let number = Int(text), number >= 0 else { throw ShardError(variable: name, text) }
      return number
    }
    let (slurm, kubernetes) = ("SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX")
    let slurmCount = try number("SLURM_ARRAY_TASK_COUNT")
    if let id = try number(slurm), let total = count ?? slurmCount {
      // An array may begin anywhere, and leave out numbers evenly.
      let first = try number("SLURM_ARRAY_TASK_MIN") ?? 0
      let step = max(1, try number("SLURM_ARRAY_TASK_STEP") ?? 1)
      guard id >= first, let shard = Shard((id - first) / step, of: total) else {
        throw ShardError(variable: slurm, "\(id)", count: total)
      }
      return (shard, slurm)
    }
    if let index = try number(kubernetes), let count {
      guard let shard = Shard(index, of: count) else {
        throw ShardError(variable: kubernetes, "\(index)", count: count)
      }
      return (shard, kubernetes)
    }
    for launcher in ["OMPI_COMM_WORLD", "PMI"] {
      let (variable, size) = ("\(launcher)_RANK", try number("\(launcher)_SIZE"))
      guard let rank = try number(variable), let total = count ?? size, total > 1 else { continue }
      guard let shard = Shard(rank, of: total) else {
        throw ShardError(variable: variable, "\(rank)", count: total)
      }
      return (shard, variable)
    }
    return nil
  }
}

/// An environment that assigns a part that does not exist.
package struct ShardError: Error, Equatable, CustomStringConvertible {
  let variable: String
  let value: String
  let count: Int?

  init(variable: String, _ value: String, count: Int? = nil) {
    (self.variable, self.value, self.count) = (variable, value, count)
  }

  package var description: String {
    let reason = count.map { "which is none of \($0) shards" } ?? "which is no number"
    return "\(variable): is '\(value)', \(reason). Say which one it is: --shard I/N, from 0/N."
  }
}
