import Foundation
import TestSupport
import Testing

@testable import Workers

@Suite("Worker pool")
struct WorkerPoolTests {
  @Test("Each task gets its own file's bytes back, whoever answers it, in any order")
  func answers() throws {
    var pool = try WorkerPool(Probe.settings(workerCount: 3))
    let tasks = try (0..<100).map { number in
      let bytes = [UInt8](repeating: UInt8(number), count: 1 + number * 40)
      return try Probe.task(
        number, "copy", file: WorkerFile(holding: bytes, name: "bytes"), byteCount: bytes.count)
    }
    let seen = try pool.replies(to: tasks)
    #expect(seen.map(\.reply.number).sorted() == Array(0..<100))
    for seen in seen {
      let number = seen.reply.number
      #expect(seen.reply.outcome == .answer(Array("copied".utf8), isLast: true))
      #expect(seen.pixels == [UInt8](repeating: UInt8(number), count: 1 + number * 40))
    }
    let left = pool.taskCount
    #expect(left == 0)
    #expect(try pool.nextSeen() == nil)
  }

  @Test("A task sees the part of a file that it names, and no more")
  func ranges() throws {
    var pool = try WorkerPool(Probe.settings())
    let file = try WorkerFile(holding: Array(0..<100), name: "numbers")
    let ranges = [0..<10, 40..<60, 90..<200, 100..<100]
    let tasks = ranges.enumerated().map { number, range in
      WorkerTask(
        number: number, file: file, range: range, message: Array("copy".utf8),
        timeLimit: .seconds(60))
    }
    let seen = try pool.replies(to: tasks)
    #expect(seen.map(\.pixels) == [Array(0..<10), Array(40..<60), Array(90..<100), []])
  }

  @Test("An answer in parts comes part by part, its pixels whole until they were looked at")
  func parts() throws {
    var pool = try WorkerPool(Probe.settings())
    var task = try Probe.task(7, "parts 20")
    task.maximumPartCount = 20
    // Another task waits in the worker's socket before each acknowledgement.
    let seen = try pool.replies(to: [task, Probe.task(8, "copy")])
    for (index, part) in seen.prefix(20).enumerated() {
      #expect(part.reply.number == 7)
      #expect(part.reply.outcome == .answer(Array("part \(index)".utf8), isLast: false))
      #expect(part.pixels == [UInt8(index)])
    }
    #expect(seen[20].reply.outcome == .answer(Array("all".utf8), isLast: true))
    #expect(seen[21].reply.number == 8)
    #expect(seen.count == 22)
  }

  @Test("Whoever waits for a while only gets nothing while nothing has happened")
  func patience() throws {
    var pool = try WorkerPool(Probe.settings())
    #expect(try pool.nextSeen(waiting: .seconds(10)) == nil)
    pool.submit(try Probe.task(0, "sleep 300"))
    #expect(try pool.nextSeen(waiting: .zero) == nil)
    #expect(try pool.nextSeen(waiting: .seconds(60)) != nil)
  }

  @Test("Workers go on with the next task while nobody listens")
  func ahead() throws {
    var pool = try WorkerPool(Probe.settings())
    _ = try pool.waitUntilReady()
    pool.submit(try Probe.task(0, "sleep 50"))
    pool.submit(try Probe.task(1, "sleep 50"))
    let hasRoom = pool.hasRoom
    #expect(!hasRoom)
    Thread.sleep(forTimeInterval: 2)
    #expect(try pool.nextSeen(waiting: .zero) != nil)
    #expect(try pool.nextSeen(waiting: .zero) != nil)
  }

  @Test("Seventy crashes leave as many files open as one, in whoever owns the workers")
  func descriptors() throws {
    // In a separate process, as other suites open files in this one.
    func report(crashes count: Int) throws -> String {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: Probe.program)
      process.arguments = ["kills", "\(count)"]
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      let text = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      return String(decoding: text, as: UTF8.self)
    }
    let few = try report(crashes: 1)
    #expect(few.contains(#""wrong":0,"descriptors":"#))
    #expect(try report(crashes: 70) == few.replacing(#""kills":1,"#, with: #""kills":70,"#))
  }

  @Test("A hundred tasks leave no file open in their worker")
  func workersDescriptors() throws {
    var pool = try WorkerPool(Probe.settings())
    _ = try pool.replies(to: (0..<100).map { try Probe.task($0, "copy") })
    guard case .answer(let count, _) = try pool.outcome(of: "descriptors") else {
      Issue.record("no answer")
      return
    }
    // The three standard streams, the shared memory, and the task's file.
    #expect(String(decoding: count, as: UTF8.self) == "5")
  }

  @Test("Workers end with their owner, however that ends, also in the middle of a task")
  func orphans() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Probe.program)
    process.arguments = ["own"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    #expect(String(decoding: output.fileHandleForReading.availableData, as: UTF8.self) == "ready\n")
    let workers = try children(of: process.processIdentifier)
    #expect(workers.count == 2)
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    let deadline = ContinuousClock.now.advanced(by: .seconds(30))
    while workers.contains(where: isRunning), ContinuousClock.now < deadline { usleep(1000) }
    #expect(!workers.contains(where: isRunning))
  }

  @Test("Workers that never get ready end the run, with their last words")
  func neverReady() throws {
    var settings = Probe.settings(workerCount: 2)
    settings.arguments = ["fail"]
    var pool = try WorkerPool(settings)
    pool.submit(try Probe.task(0, "copy"))
    let error = #expect(throws: WorkerError.self) { try pool.nextSeen() }
    #expect(
      error?.description
        == "\(Probe.program): its worker processes ended 5 times before they could do "
        + "anything (cutline decode-worker: refuses to work). Look at what cutline doctor says.")
  }

  @Test("While one worker answers, others may end before they are ready")
  func oneIsEnough() throws {
    var pool = try WorkerPool(Probe.settings(workerCount: 2))
    _ = try pool.waitUntilReady()
    for number in 0..<20 {
      kill(pool.processIdentifiers[1], SIGKILL)
      pool.submit(try Probe.task(number, "copy"))
      #expect(
        try pool.nextSeen()?.reply
          == WorkerReply(number: number, outcome: .answer(Array("copied".utf8), isLast: true)))
    }
  }

  @Test("Workers that hang before they are ready end the run as well")
  func neverReadyInTime() throws {
    var settings = Probe.settings()
    settings.arguments = ["sleep"]
    settings.startLimit = .milliseconds(50)
    var pool = try WorkerPool(settings)
    let error = #expect(throws: WorkerError.self) { try pool.waitUntilReady() }
    #expect(error?.problem == .cannotStart(attempts: 5, lastWords: ""))
  }

  @Test("A program that is not there is an error at once")
  func noProgram() {
    var settings = Probe.settings()
    settings.program = "/no/such/program"
    let error = #expect(throws: WorkerError.self) { _ = try WorkerPool(settings) }
    #expect(
      error?.description == "/no/such/program: no worker process could be started (posix_spawn: "
        + "No such file or directory). Raise the limits on processes, files and memory (ulimit -a), or "
        + "ask for fewer workers.")
  }

  private func children(of parent: Int32) throws -> [Int32] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int32($0) }
      .filter { states(of: $0)?.dropFirst().first == "\(parent)" }
  }

  /// Returns true if the process runs; a zombie does not, and its adoptive parent may be slow to reap it.
  private func isRunning(_ process: Int32) -> Bool {
    states(of: process).map { !["Z", "X"].contains($0.first) } ?? false
  }

  /// Returns the fields of a process in /proc after its name: its state, its parent, and so on.
  private func states(of process: Int32) -> [Substring]? {
    guard let line = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
      let name = line.lastIndex(of: ")")
    else { return nil }
    return line[name...].dropFirst().split(separator: " ")
  }
}
