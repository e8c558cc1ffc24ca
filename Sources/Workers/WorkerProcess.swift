import CWorkers
import Glibc

/// A worker process, which is killed at the end of the object's lifetime.
///
/// A class, because a pool keeps several in an array.
final class WorkerProcess {
  let channel: WorkerChannel
  /// The read end of a pipe for the worker's standard error, which drops what does not fit.
  ///
  /// The Swift runtime, a library or the dynamic linker write there before they abort.
  private let errors: Int32
  let identifier: pid_t
  private var isReaped = false

  /// Starts a worker, which waits for its first message.
  init(_ settings: WorkerSettings) throws(WorkerError) {
    let program = settings.program
    var ends: [Int32] = [-1, -1]
    var pipe: [Int32] = [-1, -1]
    var identifier: pid_t = 0
    do throws(WorkerError) {
      try check(cw_socket_pair(&ends), "socketpair", program)
      try check(cw_pipe(&pipe), "pipe2", program)
      var arguments = (["cutline"] + settings.arguments).map { strdup($0) } + [nil]
      defer { for argument in arguments { free(argument) } }
      try check(
        cw_start(program, &arguments, ends[1], pipe[1], &identifier), "posix_spawn", program)
    } catch {
      for number in ends + pipe where number >= 0 { close(number) }
      throw error
    }
    // The worker has its own copies; with these closed, its end is visible on the socket.
    close(ends[1])
    close(pipe[1])
    channel = WorkerChannel(owning: ends[0])
    errors = pipe[0]
    self.identifier = identifier
  }

  deinit {
    _ = end()
    close(errors)
  }

  /// Sends SIGKILL to the worker without waiting for its end.
  func kill() {
    if !isReaped { Glibc.kill(identifier, SIGKILL) }
  }

  /// Kills the worker if it is still running, and returns the reason for its end.
  func end() -> WorkerFailure {
    guard !isReaped else { return .crashed(signal: nil, lastWords: "") }
    kill()
    var status: Int32 = 0
    var reaped = waitpid(identifier, &status, 0)
    while reaped < 0 && errno == EINTR { reaped = waitpid(identifier, &status, 0) }
    isReaped = true
    let signal = status & 0x7F
    let words = lastWords()
    // The messages of Swift's and C++'s runtimes before they abort.
    if words.contains("failed to allocate") || words.contains("bad_alloc") { return .outOfMemory }
    if signal == SIGSYS { return .forbidden }
    return .crashed(signal: reaped < 0 || signal == 0 ? nil : signal, lastWords: words)
  }

  /// Returns the first line of the worker's standard error in printable ASCII, at most 200 characters.
  private func lastWords() -> String {
    var bytes = [UInt8](repeating: 0, count: 1024)
    let count = read(errors, &bytes, bytes.count)
    let line = bytes.prefix(max(count, 0)).prefix { $0 != UInt8(ascii: "\n") }
    return String(decoding: line.filter { (0x20..<0x7F).contains($0) }.prefix(200), as: UTF8.self)
  }
}

private func check(_ code: Int32, _ name: String, _ program: String) throws(WorkerError) {
  guard code == 0 else {
    throw WorkerError(program: program, problem: .systemCall(name: name, code: -code))
  }
}

/// Returns the system's message for the error `code`.
func errorText(_ code: Int32) -> String { String(cString: strerror(code)) }
