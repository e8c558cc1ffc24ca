import Foundation
import Workers

/// Pools of workers that execute the commands of their tasks.
enum Probe {
  /// The path of the probe, in the same build folder as the tests.
  static let program: String = {
    let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    return tests.deletingLastPathComponent().appendingPathComponent("WorkerProbe").path
  }()

  static func settings(workerCount: Int = 1, answerByteCount: Int = 4096) -> WorkerSettings {
    var settings = WorkerSettings(workerCount: workerCount, answerByteCount: answerByteCount)
    settings.program = program
    return settings
  }

  static func task(
    _ number: Int, _ command: String, file: WorkerFile? = nil, byteCount: Int = 0,
    timeLimit: Duration = .seconds(60)
  ) throws -> WorkerTask {
    WorkerTask(
      number: number, file: try file ?? WorkerFile(holding: [], name: "nothing"),
      range: 0..<byteCount, message: Array(command.utf8), timeLimit: timeLimit)
  }
}

/// A reply with the pixels that a test checks.
struct Seen: Equatable {
  let reply: WorkerReply
  let pixels: [UInt8]
}

extension WorkerPool {
  /// Submits each of `tasks` as soon as there is room; returns all replies in the order received.
  mutating func replies(to tasks: [WorkerTask]) throws -> [Seen] {
    var seen: [Seen] = []
    for task in tasks {
      while !hasRoom { if let reply = try nextSeen() { seen.append(reply) } }
      submit(task)
    }
    while let reply = try nextSeen() { seen.append(reply) }
    return seen
  }

  mutating func nextSeen(waiting timeout: Duration? = nil) throws -> Seen? {
    try next(waiting: timeout) { Seen(reply: $0, pixels: Array($1)) }
  }

  /// Returns the outcome of a single task `command`.
  mutating func outcome(
    of command: String, timeLimit: Duration = .seconds(60)
  ) throws -> WorkerReply.Outcome? {
    try replies(to: [Probe.task(0, command, timeLimit: timeLimit)]).first?.reply.outcome
  }
}
