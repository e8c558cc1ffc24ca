import Files
import Glibc
import Synchronization

/// Removes partial files and folders when SIGINT, SIGTERM or SIGHUP ends the program.
///
/// All threads block the signals, and one thread waits for them: a handler may neither lock nor
/// allocate, and the work itself may be waiting for standard input. A class because two threads
/// share it.
final class InterruptionCleanup: Sendable {
  private let paths = Mutex<Set<String>>([])

  /// Starts waiting; must be called before any other thread is started, since threads inherit the
  /// signal mask.
  init() {
    var held = Self.held
    pthread_sigmask(SIG_BLOCK, &held, nil)
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self).toOpaque()
    let code = pthread_create(&thread, nil, waitForSignal, context)
    guard code == 0 else {
      // Without the thread a signal ends the program as usual, and may leave a file behind.
      pthread_sigmask(SIG_UNBLOCK, &held, nil)
      Unmanaged<InterruptionCleanup>.fromOpaque(context).release()
      return
    }
    pthread_detach(thread)
  }

  /// Registers the file or folder at `path` for removal if a signal arrives; after a rename nothing
  /// is at that path.
  func add(_ path: String) { paths.withLock { _ = $0.insert(path) } }

  /// Registers the file that `make` creates for removal; a signal in between waits until it is
  /// registered.
  func adding(_ make: () throws(FileError) -> AtomicFile) throws(FileError) -> AtomicFile {
    try paths.withLock { paths throws(FileError) in
      let file = try make()
      paths.insert(file.workingPath)
      return file
    }
  }

  /// Waits for one of the signals, cleans up, and raises the signal again.
  fileprivate func wait() {
    var held = Self.held
    var number: Int32 = 0
    guard sigwait(&held, &number) == 0 else { return }
    paths.withLock { paths in
      for path in paths { removeTree(path) }
    }
    pthread_sigmask(SIG_UNBLOCK, &held, nil)
    raise(number)
  }

  /// The signals that would end the program; `nohup` ignores one of them.
  private static var held: sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      var action = sigaction()
      sigaction(number, nil, &action)
      let handler = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      if handler != unsafeBitCast(SIG_IGN, to: Int.self) { sigaddset(&set, number) }
    }
    return set
  }
}

private func waitForSignal(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  Unmanaged<InterruptionCleanup>.fromOpaque(context).takeRetainedValue().wait()
  return nil
}
