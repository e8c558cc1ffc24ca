import Files
import Glibc
import Workers

/// Tasks of which every second one makes its worker fail.
enum KillsProbe {
  private static let faults = [
    "segv", "abort", "signal 9", "exhaust", "hang", "create", "overfill",
  ]

  /// Runs `count` faults among as many harmless tasks, and prints a line of JSON.
  ///
  /// Exits with 1 unless each task gets exactly the expected answer.
  static func run(count: Int) -> Never {
    do {
      let wrong = try wrongCount(count)
      let report: JSONValue = [
        "kills": .number(Double(count)), "wrong": .number(Double(wrong)),
        "descriptors": .number(Double(openFileCount)),
      ]
      try StandardStream.output.write(report.compactText + "\n")
      exit(wrong == 0 ? 0 : 1)
    } catch {
      try? StandardStream.error.write("\(error)\n")
      exit(1)
    }
  }

  /// Returns the number of the `2 * count` tasks that do not end as expected.
  private static func wrongCount(_ count: Int) throws -> Int {
    var settings = WorkerSettings(workerCount: 2, answerByteCount: 4096)
    settings.memoryByteLimit = 64 << 20
    var pool = try WorkerPool(settings)
    var answerCounts = [Int](repeating: 0, count: 2 * count)
    var wrong = 0
    func note(_ reply: WorkerReply) {
      answerCounts[reply.number] += 1
      if !isRight(reply) { wrong += 1 }
    }
    for number in 0..<2 * count {
      while !pool.hasRoom { try pool.next { reply, _ in note(reply) } }
      pool.submit(try task(number))
    }
    while try pool.next({ reply, _ in note(reply) }) != nil {}
    return wrong + answerCounts.count { $0 != 1 }
  }

  private static func task(_ number: Int) throws -> WorkerTask {
    let fault = faults[number / 2 % faults.count]
    return WorkerTask(
      number: number, file: try WorkerFile(holding: [UInt8(number & 255)], name: "byte"),
      range: 0..<1, message: Array((number.isMultiple(of: 2) ? "copy" : fault).utf8),
      timeLimit: number.isMultiple(of: 2) ? .seconds(60) : .milliseconds(500))
  }

  private static func isRight(_ reply: WorkerReply) -> Bool {
    let isFault = !reply.number.isMultiple(of: 2)
    switch (faults[reply.number / 2 % faults.count], reply.outcome) {
    case (_, .answer): return !isFault
    case ("segv", .failure(.crashed(SIGSEGV, _))): return isFault
    case ("abort", .failure(.crashed(SIGABRT, _))): return isFault
    case ("signal 9", .failure(.forbidden)): return isFault
    case ("exhaust", .failure(.outOfMemory)): return isFault
    case ("hang", .failure(.timedOut)): return isFault
    case ("create", .failure(.forbidden)): return isFault
    case ("overfill", .failure(.misbehaved)): return isFault
    default: return false
    }
  }

  private static var openFileCount: Int {
    (0..<1024).count { fcntl(Int32($0), F_GETFD) >= 0 }
  }
}
