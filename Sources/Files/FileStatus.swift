import Glibc

/// The status of a file at one moment, as `stat(2)` returns it.
package struct FileStatus: Sendable, Equatable {
  package enum Kind: Sendable { case file, folder, link, other }

  package let kind: Kind
  package let byteCount: Int
  /// The modification time in nanoseconds since 1970.
  package let modificationNanoseconds: Int
  /// The identity of the file, independent of its path.
  package let identity: Identity

  package struct Identity: Sendable, Hashable {
    fileprivate let device: UInt64
    fileprivate let number: UInt64
  }

  /// Reads the status of the file at `path`, or of a symbolic link's target; nil if there is none.
  package init?(_ path: String, followingLinks: Bool = true) {
    var status = stat()
    guard !path.utf8.contains(0),
      (followingLinks ? stat(systemPath(path), &status) : lstat(systemPath(path), &status)) == 0
    else { return nil }
    self.init(status)
  }

  init(_ status: stat) {
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .folder
      case S_IFLNK: .link
      default: .other
      }
    byteCount = Int(status.st_size)
    // Wrapping arithmetic, as a damaged disk may return any time.
    modificationNanoseconds =
      Int(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int(status.st_mtim.tv_nsec)
    identity = Identity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
  }
}
