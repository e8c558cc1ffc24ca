import Glibc

/// The signals that end a program, held back so that a file half written can be removed first.
///
/// They are blocked rather than handled: a handler would need state that all of the program shares.
struct HeldSignals {
  private static let numbers = [SIGINT, SIGTERM, SIGHUP]

  /// The end of the work under way, because a signal waits.
  struct Interruption: Error {}

  /// Runs `body`, which calls `check` now and then; a signal that arrived meanwhile takes effect
  /// once everything that `body` began is gone.
  static func during<Result>(_ body: (HeldSignals) throws -> Result) rethrows -> Result {
    var held = sigset_t()
    var previous = sigset_t()
    sigemptyset(&held)
    for number in numbers { sigaddset(&held, number) }
    // Threads inherit this; so it must come before the first of them.
    pthread_sigmask(SIG_BLOCK, &held, &previous)
    defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }
    return try body(HeldSignals())
  }

  /// Throws if one of the signals waits.
  func check() throws(Interruption) {
    var pending = sigset_t()
    guard sigpending(&pending) == 0 else { return }
    if Self.numbers.contains(where: { sigismember(&pending, $0) == 1 }) { throw Interruption() }
  }
}
