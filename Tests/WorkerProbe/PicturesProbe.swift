import Captioning
import Files
import Glibc
import ImageEncoders
import Media
import Workers

@testable import BatchCaptioning

/// The overhead of decoding images in worker processes of the real program, compared with this process.
enum PicturesProbe {
  /// Decodes `files` both ways, in turn, and prints a line of JSON.
  ///
  /// It holds the images per second of wall time with as many workers as threads, the milliseconds of
  /// processor time per image, and the time until a killed worker is replaced.
  static func run(_ program: String, _ files: [String]) -> Never {
    do {
      var report: [JSONValue.Member] = [.init("pictures", .number(Double(files.count)))]
      for count in [1, 2] {
        let (here, there) = try compare(program, files.map(MediaSource.file), workerCount: count)
        report += [
          .init("threads", .number(Double(count))), .init("here", here.json),
          .init("workers", there.json),
          .init("overhead", .number(there.processorTime / here.processorTime - 1)),
        ]
      }
      let restarts = try restartTimes(program, count: 50)
      report.append(.init("restart_ms_median", .number(restarts[restarts.count / 2])))
      report.append(.init("restart_ms_longest", .number(restarts[restarts.count - 1])))
      try StandardStream.output.write(JSONValue.object(report).compactText + "\n")
      exit(0)
    } catch {
      try? StandardStream.error.write("\(error)\n")
      exit(1)
    }
  }

  private struct Cost {
    var picturesPerSecond = 0.0
    var processorTime = Double.infinity

    var json: JSONValue {
      [
        "pictures_per_second": .number(picturesPerSecond.rounded()),
        "processor_ms": .number((processorTime * 1e6).rounded() / 1e3),
      ]
    }

    /// Keeps the better of the previous result and that of `body`, which decodes `count` images.
    mutating func measure(_ count: Int, _ body: () throws -> Void) rethrows {
      let (start, used) = (ContinuousClock.now, processorSeconds())
      try body()
      picturesPerSecond = max(picturesPerSecond, Double(count) / seconds(since: start))
      processorTime = min(processorTime, (processorSeconds() - used) / Double(count))
    }
  }

  private static func compare(
    _ program: String, _ sources: [MediaSource], workerCount: Int
  ) throws -> (here: Cost, there: Cost) {
    let preprocessing = ImagePreprocessing.torchvision()
    let reader = PictureReader(for: preprocessing, StillImageOptions(), threadCount: workerCount)
    var settings = DecodingPool.Settings(workerCount: workerCount)
    settings.program = program
    var (here, there) = (Cost(), Cost())
    for _ in 0..<5 {
      here.measure(sources.count) {
        for start in stride(from: 0, to: sources.count, by: 16) {
          _ = reader.read(Array(sources[start..<min(start + 16, sources.count)]))
        }
      }
      // Includes starting and ending the workers.
      try there.measure(sources.count) {
        var pool = try DecodingPool(for: preprocessing, StillImageOptions(), settings)
        try pool.forEachInput(sources) { _, result in _ = try result.get() }
      }
    }
    return (here, there)
  }

  /// Returns the times in milliseconds from killing a worker until its replacement is ready, sorted.
  private static func restartTimes(
    _ program: String, count: Int
  ) throws -> [Double] {
    var settings = WorkerSettings(workerCount: 1, answerByteCount: 1 << 20)
    settings.program = program
    var pool = try WorkerPool(settings)
    let file = try WorkerFile(holding: [0], name: "no picture")
    _ = try pool.waitUntilReady()
    let times = try (0..<count).map { _ in
      let start = ContinuousClock.now
      kill(pool.processIdentifiers[0], SIGKILL)
      // The task may be lost with the killed worker, or be answered by its replacement.
      pool.submit(
        WorkerTask(number: 0, file: file, range: 0..<1, message: [], timeLimit: .seconds(60)))
      try pool.next { _, _ in }
      _ = try pool.waitUntilReady()
      return seconds(since: start) * 1e3
    }
    return times.sorted()
  }

  private static func seconds(since start: ContinuousClock.Instant) -> Double {
    start.duration(to: .now).milliseconds / 1e3
  }

  /// Returns the processor time of this process and of its terminated children, in seconds.
  private static func processorSeconds() -> Double {
    [RUSAGE_SELF, RUSAGE_CHILDREN].reduce(0) { sum, who in
      var usage = rusage()
      getrusage(__rusage_who_t(who.rawValue), &usage)
      return sum + Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
        + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    }
  }
}
