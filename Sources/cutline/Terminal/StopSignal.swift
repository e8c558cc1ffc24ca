import Glibc
import Synchronization

/// SIGINT, SIGTERM or SIGHUP as a wish to stop after the step under way; a second one stops at once.
///
/// The signals are blocked everywhere and waited for by one thread. A class because two threads share
/// it.
final class StopSignal: Sendable {
  private let received = Mutex<Int32?>(nil)
  private let progress: Progress
  private let unit: String

  /// Starts waiting, and prints a message when a signal arrives; must be called before any other
  /// thread is started, since threads inherit what is blocked.
  ///
  /// - Parameters:
  ///   - progress: The progress that prints the message.
  ///   - unit: The unit of work that is still finished.
  init(reportingTo progress: Progress, after unit: String = "step") {
    (self.progress, self.unit) = (progress, unit)
    var held = Self.held
    pthread_sigmask(SIG_BLOCK, &held, nil)
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self).toOpaque()
    guard pthread_create(&thread, nil, waitForSignals, context) == 0 else {
      // Without the thread a signal ends the program as ever.
      pthread_sigmask(SIG_UNBLOCK, &held, nil)
      Unmanaged<StopSignal>.fromOpaque(context).release()
      return
    }
    pthread_detach(thread)
  }

  /// The signal that came, if any.
  var number: Int32? { received.withLock { $0 } }

  /// Ends the program as the signal would have.
  func end() -> Never { exit(128 + (number ?? SIGTERM)) }

  fileprivate func wait() {
    var held = Self.held
    var number: Int32 = 0
    while sigwait(&held, &number) == 0 {
      let isSecond = received.withLock { received in
        defer { received = received ?? number }
        return received != nil
      }
      if isSecond {
        progress.clear()
        _exit(128 + number)
      }
      progress.say("stopping after this \(unit)... (interrupt again to stop at once)")
    }
  }

  /// The signals that request a stop: not SIGHUP under `nohup`, so that a training outlives its
  /// terminal.
  ///
  /// SIGINT counts even where it is ignored, as shells do for what a script leaves in the background:
  /// whoever sends it there means it.
  private static var held: sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for number in [SIGINT, SIGTERM] { sigaddset(&set, number) }
    var action = sigaction()
    sigaction(SIGHUP, nil, &action)
    let handler = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
    if handler != unsafeBitCast(SIG_IGN, to: Int.self) { sigaddset(&set, SIGHUP) }
    return set
  }
}

private func waitForSignals(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  if let context { Unmanaged<StopSignal>.fromOpaque(context).takeRetainedValue().wait() }
  return nil
}
