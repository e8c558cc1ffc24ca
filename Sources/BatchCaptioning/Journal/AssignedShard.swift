import Files

/// The part of a batch that a cluster's environment assigns this process.
package struct AssignedShard: Sendable, Equatable {
  package let shard: Shard
  /// The variable that named it.
  package let variable: String

  /// Reads the variables of Slurm's arrays, of Kubernetes' indexed jobs, of Open MPI and of PMI; nil where there
  /// are none.
  ///
  /// - Parameters:
  ///   - environment: Looks up a variable.
  ///   - count: The number of parts, if the user gives it: Kubernetes does not.
  /// - Throws: `ShardError` if the variables do not determine one part.
  package init?(
    by environment: (String) -> String?, count: Int?
  ) throws(ShardError) {
    func number(_ name: String) throws(ShardError) -> Int? {
      guard let text = environment(name) else { return nil }
      guard let number = Int(text), number >= 0 else {
        throw ShardError(variable: name, .noNumber(text))
      }
      return number
    }
    if let array = try SlurmArray(number) {
      guard let shard = try array.shard(of: count) else { return nil }
      (self.shard, variable) = (shard, SlurmArray.variable)
      return
    }
    for (variable, size) in [
      ("JOB_COMPLETION_INDEX", nil), ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"),
      ("PMI_RANK", "PMI_SIZE"),
    ] {
      var total = count
      if total == nil, let size { total = try number(size) }
      guard let rank = try number(variable), let total, total > 1 || size == nil
      else { continue }
      guard let shard = Shard(rank, of: total) else {
        throw ShardError(variable: variable, .outside(rank, count: total))
      }
      (self.shard, self.variable) = (shard, variable)
      return
    }
    return nil
  }

  /// Throws if `folder` has results of more parts than Slurm's array has tasks: it is then one of a
  /// few tasks that repeat parts of that division, and would process other files.
  package func check(in folder: String) throws(ShardError) {
    guard variable == SlurmArray.variable else { return }
    let counts = ((try? namesInFolder(folder)) ?? []).compactMap { Shard(fileName: $0)?.count }
    guard let other = counts.max(), other > shard.count else { return }
    throw ShardError(variable: variable, .otherDivision(shard.count, found: other, folder))
  }
}

/// The variables in which Slurm describes a task of its array.
private struct SlurmArray {
  static let variable = "SLURM_ARRAY_TASK_ID"

  private let id: Int
  private let count: Int?
  private let first: Int
  private let last: Int?
  private let step: Int

  /// Creates it; nil outside a task of an array.
  init?(_ number: (String) throws(ShardError) -> Int?) throws(ShardError) {
    guard let id = try number(Self.variable) else { return nil }
    self.id = id
    count = try number("SLURM_ARRAY_TASK_COUNT")
    first = try number("SLURM_ARRAY_TASK_MIN") ?? 0
    last = try number("SLURM_ARRAY_TASK_MAX")
    step = max(1, try number("SLURM_ARRAY_TASK_STEP") ?? 1)
  }

  /// Returns the part of the task; nil if the number of parts is unknown.
  ///
  /// Only evenly spaced task numbers determine parts. Slurm (22.05) finds no step in a list such as
  /// 1,5,9, and for a range with further numbers it reports the range's step; as all tasks get the
  /// same variables, all are refused.
  func shard(of wanted: Int?) throws(ShardError) -> Shard? {
    guard let total = count ?? wanted else { return nil }
    let isEven = last.map {
      $0 >= first && ($0 - first) % step == 0 && ($0 - first) / step == total - 1
    }
    guard isEven ?? true, id >= first, (id - first) % step == 0 else {
      throw ShardError(variable: Self.variable, .unevenArray(id))
    }
    // Such as the one task that failed, alone: its number does not determine its part, as the array
    // may have begun at 0 or at 1.
    if let wanted, wanted != total {
      throw ShardError(variable: Self.variable, .otherCount(id, taskCount: total, count: wanted))
    }
    guard let shard = Shard((id - first) / step, of: total) else {
      throw ShardError(variable: Self.variable, .outside(id, count: total))
    }
    return shard
  }
}

/// An environment that does not determine a part.
package struct ShardError: Error, Equatable, CustomStringConvertible {
  package enum Problem: Sendable, Equatable {
    case noNumber(String)
    case outside(Int, count: Int)
    case unevenArray(Int)
    case otherCount(Int, taskCount: Int, count: Int)
    case otherDivision(Int, found: Int, String)
  }
  let variable: String
  let problem: Problem

  init(variable: String, _ problem: Problem) {
    (self.variable, self.problem) = (variable, problem)
  }

  package var description: String {
    switch problem {
    case .noNumber(let text):
      "\(variable): is '\(text)', which is no number. Say which part it is: --shard I/N, from 0/N."
    case .outside(let number, let count):
      "\(variable): is '\(number)', which is none of \(count) shards. Say which one it is: --shard I/N, from "
        + "0/N."
    case .unevenArray(let id):
      "\(variable): is '\(id)', of an array whose numbers are not at even steps, so that they tell no parts. Use "
        + "an array such as 0-15, or say which part it is: --shard I/N, from 0/N."
    case .otherCount(let id, let taskCount, let count):
      "\(variable): is '\(id)', of an array of \(taskCount), but --shards says \(count). To do one part again, say "
        + "which it is: --shard I/\(count), from 0/\(count)."
    case .otherDivision(let count, let found, let folder):
      "\(folder): holds results of \(found) shards, but $\(variable) belongs to \(count). To do one part again, "
        + "say which it is: --shard I/\(found), from 0/\(found); else choose another -o."
    }
  }
}
