import Glibc

/// The right to write into a folder, which one process holds at a time.
///
/// It goes with the process, however that ends; the file `.lock` stays. What several processes may do
/// beside each other in one folder has a lock file for each.
package struct FolderLock: ~Copyable {
  private let number: Int32

  /// How often, and how long in all, a lock is asked for: one who was killed a moment ago, and whose threads
  /// are still being ended, holds it.
  private static let (attemptCount, attemptMicroseconds): (Int, UInt32) = (20, 20_000)

  /// Takes the right to `folder`, or returns nil if another process holds it, and still does a moment later.
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
