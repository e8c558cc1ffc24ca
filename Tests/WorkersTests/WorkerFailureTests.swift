import Glibc
import Testing

@testable import Workers

/// The failures of a worker that is broken, or was taken over by a malicious file.
@Suite("Failing workers")
struct WorkerFailureTests {
  @Test(
    "A crash is told by its signal, and costs one task",
    arguments: [("segv", SIGSEGV), ("abort", SIGABRT)])
  func crashes(command: String, signal: Int32) throws {
    var pool = try WorkerPool(Probe.settings())
    let tasks = try ["copy", command, "copy", "copy", command, command, "copy"].enumerated().map {
      try Probe.task($0, $1)
    }
    let seen = try pool.replies(to: tasks)
    #expect(seen.map(\.reply.number) == Array(0..<7))
    for seen in seen {
      let crashed = WorkerFailure.crashed(signal: signal, lastWords: "")
      #expect(
        seen.reply.outcome
          == (["1", "4", "5"].contains("\(seen.reply.number)")
            ? .failure(crashed) : .answer(Array("copied".utf8), isLast: true)))
    }
  }

  @Test("A trap of ours is told with its message")
  func trap() throws {
    var pool = try WorkerPool(Probe.settings())
    guard case .failure(.crashed(_, let words)) = try pool.outcome(of: "trap") else {
      Issue.record("no crash")
      return
    }
    #expect(words.contains("told to trap"))
  }

  @Test("A worker that just leaves has crashed, too")
  func exit() throws {
    var pool = try WorkerPool(Probe.settings())
    #expect(try pool.outcome(of: "exit 0") == .failure(.crashed(signal: nil, lastWords: "")))
  }

  @Test("A worker that was killed while it had nothing to do takes no task with it")
  func idle() throws {
    var pool = try WorkerPool(Probe.settings())
    for _ in 0..<5 {
      _ = try pool.waitUntilReady()
      let process = pool.processIdentifiers[0]
      #expect(kill(process, SIGKILL) == 0)
      waitUntilDead(process)
      #expect(try pool.outcome(of: "copy") == .answer(Array("copied".utf8), isLast: true))
    }
  }

  @Test("What a worker answered before its end counts, whatever it is given afterwards")
  func unread() throws {
    var pool = try WorkerPool(Probe.settings())
    pool.submit(try Probe.task(0, "answer-and-exit"))
    waitUntilDead(pool.processIdentifiers[0])
    pool.submit(try Probe.task(1, "copy"))
    #expect(
      try pool.nextSeen()?.reply == WorkerReply(number: 0, outcome: .answer([], isLast: true)))
    #expect(
      try pool.nextSeen()?.reply
        == WorkerReply(number: 1, outcome: .answer(Array("copied".utf8), isLast: true)))
  }

  /// Waits until the process is a zombie, without reaping it.
  private func waitUntilDead(_ process: Int32) {
    var information = siginfo_t()
    waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT)
  }

  @Test("Memory is limited, and running out of it is told apart")
  func memory() throws {
    var settings = Probe.settings()
    settings.memoryByteLimit = 64 << 20
    var pool = try WorkerPool(settings)
    #expect(try pool.outcome(of: "exhaust") == .failure(.outOfMemory))
    #expect(try pool.outcome(of: "copy") == .answer(Array("copied".utf8), isLast: true))
  }

  @Test("What takes too long is killed, asleep or busy", arguments: ["hang", "spin"])
  func time(command: String) throws {
    var pool = try WorkerPool(Probe.settings())
    _ = try pool.waitUntilReady()
    let start = ContinuousClock.now
    let limit = Duration.milliseconds(100)
    #expect(try pool.outcome(of: command, timeLimit: limit) == .failure(.timedOut(limit: limit)))
    let took = start.duration(to: .now)
    #expect(took >= limit && took < .seconds(10))
    #expect(try pool.outcome(of: "copy") == .answer(Array("copied".utf8), isLast: true))
  }

  @Test("A killed worker takes nobody else's task with it")
  func neighbours() throws {
    var pool = try WorkerPool(Probe.settings(workerCount: 2))
    let limit = Duration.milliseconds(200)
    let seen = try pool.replies(
      to: (0..<40).map {
        try $0 % 5 == 3 ? Probe.task($0, "hang", timeLimit: limit) : Probe.task($0, "copy")
      })
    #expect(seen.map(\.reply.number).sorted() == Array(0..<40))
    for seen in seen {
      #expect(
        seen.reply.outcome
          == (seen.reply.number % 5 == 3
            ? .failure(.timedOut(limit: limit))
            : .answer(Array("copied".utf8), isLast: true)))
    }
  }

  @Test(
    "Confined, a worker finds no files, so that libraries do without them",
    .enabled(if: canFilter, "this kernel does not filter system calls"))
  func noFiles() throws {
    var pool = try WorkerPool(Probe.settings())
    let answer = Array("errno \(ENOENT)".utf8)
    #expect(try pool.outcome(of: "open") == .answer(answer, isLast: true))
  }

  @Test(
    "Confined, a worker can start threads, as decoders of HEIC and AVIF do",
    .enabled(if: canFilter, "this kernel does not filter system calls"))
  func threads() throws {
    var pool = try WorkerPool(Probe.settings())
    let answer = Array("joined".utf8)
    #expect(try pool.outcome(of: "thread") == .answer(answer, isLast: true))
  }

  @Test(
    "Confined, a worker cannot write, connect, run, split, turn data into code, or signal others",
    .enabled(if: canFilter, "this kernel does not filter system calls"),
    arguments: ["create", "socket", "exec", "spawn", "code", "kill-owner"])
  func confinement(command: String) throws {
    var pool = try WorkerPool(Probe.settings())
    #expect(try pool.outcome(of: command) == .failure(.forbidden))
    #expect(try pool.outcome(of: "copy") == .answer(Array("copied".utf8), isLast: true))
  }

  @Test(
    "An answer that no worker of ours would give ends the worker",
    arguments: ["overfill", "negative", "send 1", "send 15", "send 100000", "send-file", "parts 1"])
  func nonsense(command: String) throws {
    var pool = try WorkerPool(Probe.settings())
    let outcomes = try pool.replies(to: [Probe.task(0, command), Probe.task(1, "copy")])
      .map(\.reply.outcome)
    #expect(
      outcomes == [.failure(.misbehaved), .answer(Array("copied".utf8), isLast: true)])
  }

  @Test("A part that makes no sense ends its task and its worker, and no other task")
  func rejectedPart() throws {
    var pool = try WorkerPool(Probe.settings())
    var task = try Probe.task(0, "parts 1000")
    task.maximumPartCount = 1000
    pool.submit(task)
    pool.submit(try Probe.task(1, "copy"))
    let process = pool.processIdentifiers
    #expect(
      try pool.nextSeen()?.reply.outcome == .answer(Array("part 0".utf8), isLast: false))
    try pool.rejectLastAnswer()
    let rest = try pool.replies(to: [Probe.task(2, "copy")])
    #expect(rest.map(\.reply.number) == [1, 2])
    #expect(rest.allSatisfy { $0.reply.outcome == .answer(Array("copied".utf8), isLast: true) })
    let processAfterwards = pool.processIdentifiers
    #expect(processAfterwards != process)
  }

  @Test("An answer that makes no sense ends its worker, and no other task")
  func rejectedAnswer() throws {
    var pool = try WorkerPool(Probe.settings())
    for number in 0..<2 { pool.submit(try Probe.task(number, "copy")) }
    #expect(try pool.nextSeen()?.reply.number == 0)
    let process = pool.processIdentifiers
    try pool.rejectLastAnswer()
    // Has an effect only once, and only right after the answer.
    try pool.rejectLastAnswer()
    let processAfterwards = pool.processIdentifiers
    #expect(processAfterwards != process)
    #expect(try pool.replies(to: [Probe.task(2, "copy")]).map(\.reply.number) == [1, 2])
  }

  @Test("Two answers to one task count as one, and as an attack")
  func again() throws {
    var pool = try WorkerPool(Probe.settings())
    #expect(try pool.outcome(of: "again") == .answer([], isLast: true))
    // The second answer waits in the socket, and belongs to no task.
    let seen = try pool.replies(to: [Probe.task(1, "copy")])
    #expect(seen.count == 1)
  }

  static let canFilter: Bool = {
    guard var pool = try? WorkerPool(Probe.settings()) else { return false }
    return (try? pool.waitUntilReady()) ?? false
  }()
}
