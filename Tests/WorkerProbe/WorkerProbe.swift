import CWorkers
import Glibc
import Workers

/// A worker that executes the commands of its tasks, including harmful ones, and an owner to be killed.
///
/// A separate program, so that the released one has no command, environment variable or message that makes it
/// crash.
@main
enum WorkerProbe {
  static func main() {
    switch CommandLine.arguments.dropFirst().first {
    case "decode-worker": WorkerService.run(rehearsal: {}, answer: obey)
    // Workers that never become ready.
    case "fail": WorkerService.run(rehearsal: { throw Refusal() }, answer: obey)
    case "sleep": while true { sleep(1000) }
    case "own": OwnerProbe.run()
    case "kills": KillsProbe.run(count: CommandLine.arguments.last.flatMap { Int($0) } ?? 500)
    case "pictures":
      PicturesProbe.run(CommandLine.arguments[2], Array(CommandLine.arguments.dropFirst(3)))
    default: exit(64)
    }
  }

  struct Refusal: Error, CustomStringConvertible {
    let description = "refuses to work"
  }

  private static func obey(_ job: WorkerJob) -> WorkerAnswer {
    // An order of a decoding pool: the file holds the answers.
    if job.message.first == UInt8(ascii: "{") { return recite(job) }
    let command = String(decoding: job.message, as: UTF8.self).split(separator: " ")
    let number = command.count > 1 ? Int(command[1]) ?? 0 : 0
    switch command.first ?? "" {
    case "copy": return copy(job)
    case "parts": return parts(job, count: number)
    case "sleep":
      usleep(UInt32(number) * 1000)
      return WorkerAnswer(message: job.message)
    case "descriptors": return WorkerAnswer(message: Array("\(openFileCount)".utf8))
    default: return misbehave(command.first ?? "", job, number)
    }
  }

  /// Answers with the bytes of the file as pixels.
  private static func copy(_ job: WorkerJob) -> WorkerAnswer {
    let bytes = (try? job.bytes()) ?? []
    job.withPixels { $0.copyBytes(from: bytes) }
    return WorkerAnswer(message: Array("copied".utf8), byteCount: bytes.count)
  }

  private static func parts(_ job: WorkerJob, count: Int) -> WorkerAnswer {
    for index in 0..<count {
      job.withPixels { $0[0] = UInt8(index) }
      job.deliver(WorkerAnswer(message: Array("part \(index)".utf8), byteCount: 1))
    }
    return WorkerAnswer(message: Array("all".utf8))
  }

  /// Answers with the lines of the file after the first, each a number of bytes of pixels and a message.
  private static func recite(_ job: WorkerJob) -> WorkerAnswer {
    let lines = String(decoding: (try? job.bytes()) ?? [], as: UTF8.self).split(separator: "\n")
    let answers = lines.dropFirst().map { line in
      let parts = line.split(separator: " ", maxSplits: 1)
      return WorkerAnswer(message: Array((parts.last ?? "").utf8), byteCount: Int(parts[0]) ?? 0)
    }
    for part in answers.dropLast() { job.deliver(part) }
    return answers.last ?? WorkerAnswer(message: [])
  }

  private static func misbehave(
    _ command: Substring, _ job: WorkerJob, _ number: Int
  ) -> WorkerAnswer {
    switch command {
    case "signal": kill(getpid(), Int32(number))
    case "segv": UnsafeMutablePointer<UInt8>(bitPattern: 8)?.pointee = 1
    case "abort": abort()
    case "trap": precondition(job.message.isEmpty, "told to trap")
    case "exit": exit(Int32(number))
    case "exhaust": exhaustMemory()
    case "hang": while true { usleep(1000) }
    case "spin": while true {}
    case "open":
      let descriptor = open("/etc/passwd", O_RDONLY)
      return WorkerAnswer(message: Array((descriptor >= 0 ? "opened" : "errno \(errno)").utf8))
    case "create": close(open("/tmp/cutline-probe", O_WRONLY | O_CREAT, 0o600))
    case "socket": close(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
    case "exec": execv("/bin/true", [nil])
    case "spawn":
      var process = pid_t()
      posix_spawn(&process, "/bin/true", nil, nil, [nil], [nil])
    case "thread": return WorkerAnswer(message: Array((runsThread() ? "joined" : "refused").utf8))
    case "kill-owner": kill(getppid(), SIGTERM)
    case "code": mmap(nil, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    case "overfill": return WorkerAnswer(message: [], byteCount: 1 << 40)
    case "negative": return WorkerAnswer(message: [], byteCount: -1)
    case "send": send(raw: [UInt8](repeating: 6, count: number), descriptor: -1)
    case "send-file": send(raw: [6, 0, 0, 0, 0, 0, 0, 0], descriptor: 0)
    // An additional answer before the regular one.
    case "again": sendEmptyAnswer()
    case "answer-and-exit":
      sendEmptyAnswer()
      exit(0)
    default: break
    }
    return WorkerAnswer(message: job.message)
  }

  private static func sendEmptyAnswer() {
    let answer: [Int] = [6, 0]
    answer.withUnsafeBytes { send(raw: Array($0), descriptor: -1) }
  }

  private static func send(raw: [UInt8], descriptor: Int32) {
    raw.withUnsafeBytes { bytes in
      if let base = bytes.baseAddress { _ = cw_send(0, base, bytes.count, descriptor, 1) }
    }
  }

  private static func exhaustMemory() {
    var taken: [[UInt8]] = []
    while true { taken.append([UInt8](repeating: 1, count: 1 << 24)) }
  }

  private static func runsThread() -> Bool {
    var thread = pthread_t()
    return pthread_create(&thread, nil, { _ in nil }, nil) == 0 && pthread_join(thread, nil) == 0
  }

  /// The number of open files, found by trying descriptors, as /proc is no longer accessible.
  private static var openFileCount: Int {
    (0..<64).count { lseek(Int32($0), 0, SEEK_CUR) >= 0 || errno != EBADF }
  }
}
