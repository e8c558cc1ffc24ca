import Glibc

/// An exclusive lock on writing to a folder, held by one process at a time.
///
/// It is released when the process ends in any way; the file `.lock` stays. Tasks that may run at the same
/// time in one folder use a lock file each.
package struct FolderLock: ~Copyable {
  private let number: Int32

  /// The number of attempts to take the lock, and the pause between them in microseconds: a process killed a
  /// moment ago holds it until its threads have ended.
  private static let (attemptCount, attemptMicroseconds): (Int, UInt32) = (20, 20_000)

  /// Locks `folder`, or returns nil if another process holds the lock after all attempts.
  package init?(_ folder: String, named name: String = ".lock") throws(FileError) {
    let path = "\(folder)/\(name)"
    let number = open(systemPath(path), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
    guard number >= 0 else { throw FileError(path, after: "open") }
    var attempts = 1
    while flock(number, LOCK_EX | LOCK_NB) != 0 {
      let code = errno
      if code == EWOULDBLOCK, attempts < Self.attemptCount {
        attempts += 1
        usleep(Self.attemptMicroseconds)
        continue
      }
      close(number)
      if code == EWOULDBLOCK { return nil }
      throw FileError(path, after: "flock", code: code)
    }
    self.number = number
  }

  deinit { close(number) }
}
