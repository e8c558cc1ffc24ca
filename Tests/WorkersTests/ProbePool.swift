import Foundation
import Workers

/// Pools of the worker that does as it is told.
enum Probe {
  /// Beside the tests, in the folder of the build's products.
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

/// A reply with what a test looks at of its pixels.
struct Seen: Equatable {
  let reply: WorkerReply
  let pixels: [UInt8]
}

extension WorkerPool {
  /// Submits each of `tasks` as soon as there is room; all replies, as they came.
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

  /// What becomes of the one task `command`.
  mutating func outcome(
    of command: String, timeLimit: Duration = .seconds(60)
  ) throws -> WorkerReply.Outcome? {
    try replies(to: [Probe.task(0, command, timeLimit: timeLimit)]).first?.reply.outcome
  }
}
