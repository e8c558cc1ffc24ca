import CLinux
import Glibc

/// A folder that is written completely or not at all.
///
/// Files are written into `workingPath`, a temporary folder beside the final one. `commit()` synchronises
/// them to disk and renames the folder. Without a commit the temporary folder is removed.
package struct DirectoryReplacement: ~Copyable {
  /// The path of the folder after the commit.
  package let path: String
  private let marker: String?
  private let temporary: TemporaryPath

  /// The path of the temporary folder, to which files are written before the commit.
  package var workingPath: String { temporary.path }

  /// Creates the temporary folder for `path`, where nothing or an empty folder may exist.
  ///
  /// An existing folder is replaced only if it holds a file named `marker`, such as "config.json", so that
  /// `--force` with a wrong path cannot delete a home folder. A symbolic link is never replaced: others rely on where
  /// it leads.
  package init(_ path: String, replacingFolderWith marker: String? = nil) throws(FileError) {
    let parts = PathParts(path)
    guard ![".", "..", "/", ""].contains(parts.name) else { throw FileError(path, .exists) }
    try Self.checkReplaceable(path, marker: marker)
    let temporary = try TemporaryPath.folder(
      beside: "\(parts.folder)/\(parts.name)", reportingAs: path)
    self.path = path
    self.marker = marker
    self.temporary = temporary
  }

  /// Synchronises the folder to disk, then renames it to its final path.
  package consuming func commit() throws(FileError) {
    let parts = PathParts(path)
    let destination = "\(parts.folder)/\(parts.name)"
    try synchronizeTree(temporary.path)
    if try Self.checkReplaceable(destination, marker: marker) == .replaceable {
      try temporary.exchange(with: destination, reportingAs: path)
    } else {
      // Renaming a folder replaces an empty folder, and fails for any other.
      try temporary.rename(to: destination, overwriting: true, reportingAs: path)
    }
    try synchronizeFolder(parts.folder, reportingAs: path)
  }

  private enum Destination { case free, replaceable }

  @discardableResult
  private static func checkReplaceable(
    _ path: String, marker: String?
  ) throws(FileError) -> Destination {
    let bare = path.hasSuffix("/") ? String(path.dropLast()) : path
    if FileStatus(bare, followingLinks: false)?.kind == .link {
      throw FileError(path, .kept("is a symbolic link, which a folder would replace"))
    }
    guard access(systemPath(path), F_OK) == 0 else { return .free }
    guard isFolder(path) else { throw FileError(path, .exists) }
    if try namesInFolder(path).isEmpty { return .free }
    guard let marker, isFile("\(path)/\(marker)") else { throw FileError(path, .exists) }
    return .replaceable
  }
}

extension TemporaryPath {
  /// Exchanges this folder with the one at `destination`, and removes the latter.
  consuming func exchange(
    with destination: String, reportingAs reportedPath: String
  ) throws(FileError) {
    if rename_by_exchange(systemPath(path), systemPath(destination)) == 0 { return }
    guard errno == EINVAL else { throw FileError(reportedPath, after: "rename") }
    // The file system cannot exchange folders: the path is missing for a moment, but never a partial folder.
    let old = try TemporaryPath.folder(beside: destination, reportingAs: reportedPath)
    guard Glibc.rename(systemPath(destination), systemPath(old.path)) == 0 else {
      throw FileError(reportedPath, after: "rename")
    }
    try rename(to: destination, overwriting: true, reportingAs: reportedPath)
  }
}
