import Files
import Glibc
import Workers

/// An owner that waits to be killed while its workers are busy.
enum OwnerProbe {
  /// Starts two workers, one with an endless task, reports that, and waits.
  static func run() -> Never {
    do {
      var pool = try WorkerPool(WorkerSettings(workerCount: 2, answerByteCount: 1))
      _ = try pool.waitUntilReady()
      let file = try WorkerFile(holding: [1], name: "one byte")
      pool.submit(
        WorkerTask(
          number: 0, file: file, range: 0..<1, message: Array("spin".utf8),
          timeLimit: .seconds(1000)))
      try StandardStream.output.write("ready\n")
      try pool.next { _, _ in }
      exit(0)
    } catch {
      try? StandardStream.error.write("\(error)\n")
      exit(1)
    }
  }
}
