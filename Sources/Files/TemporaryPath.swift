import CLinux
import Glibc

/// A temporary file or folder beside its destination, removed at the end of the value's lifetime unless
/// renamed.
struct TemporaryPath: ~Copyable {
  let path: String
  private var isPresent = true

  private init(path: String) { self.path = path }

  deinit {
    if isPresent { removeTree(path) }
  }

  /// Creates an empty file in the folder of `destination`.
  static func file(
    beside destination: String, reportingAs path: String
  ) throws(FileError) -> TemporaryPath {
    try create(beside: destination, reportingAs: path) { candidate throws(FileError) in
      _ = try FileDescriptor(opening: candidate, O_WRONLY | O_CREAT | O_EXCL, reportingAs: path)
    }
  }

  /// Creates an empty folder in the folder of `destination`.
  static func folder(
    beside destination: String, reportingAs path: String
  ) throws(FileError) -> TemporaryPath {
    try create(beside: destination, reportingAs: path) { candidate throws(FileError) in
      guard mkdir(systemPath(candidate), 0o777) == 0 else { throw FileError(path, after: "mkdir") }
    }
  }

  private static func create(
    beside destination: String, reportingAs path: String,
    _ make: (String) throws(FileError) -> Void
  ) throws(FileError) -> TemporaryPath {
    let parts = PathParts(destination)
    // A name may have 255 bytes, of which the prefix and the suffix need a few.
    let name = String(decoding: parts.name.utf8.prefix(200), as: UTF8.self)
    for number in 0... {
      let candidate = "\(parts.folder)/.\(name).tmp-\(getpid())-\(number)"
      do throws(FileError) {
        try make(candidate)
        return TemporaryPath(path: candidate)
      } catch {
        switch error.problem {
        // Left by another writer in this process, or by a dead process of the same ID.
        case .exists where number < 1000: continue
        case .missing: throw FileError(path, .folderMissing)
        default: throw error
        }
      }
    }
    throw FileError(path, .exists)
  }

  /// Renames the file or folder to its final path.
  consuming func rename(
    to destination: String, overwriting: Bool, reportingAs reportedPath: String
  ) throws(FileError) {
    if !overwriting {
      try renameWithoutReplacing(to: destination, reportingAs: reportedPath)
    } else if Glibc.rename(systemPath(path), systemPath(destination)) != 0 {
      throw FileError(reportedPath, after: "rename")
    }
    isPresent = false
  }

  private borrowing func renameWithoutReplacing(
    to destination: String, reportingAs reportedPath: String
  ) throws(FileError) {
    if rename_without_replacing(systemPath(path), systemPath(destination)) == 0 { return }
    // Some network file systems support only plain renames; checking first is the best alternative.
    guard errno == EINVAL else { throw FileError(reportedPath, after: "rename") }
    guard access(systemPath(destination), F_OK) != 0 else { throw FileError(reportedPath, .exists) }
    guard Glibc.rename(systemPath(path), systemPath(destination)) == 0 else {
      throw FileError(reportedPath, after: "rename")
    }
  }
}
