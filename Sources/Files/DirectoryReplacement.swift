import CLinux
import Glibc

/// A folder that appears under its name complete, or not at all.
///
/// Files are written into `workingPath`, a folder beside the final one; `commit()` makes them
/// durable and renames the folder into place. Without a commit nothing remains of it.
package struct DirectoryReplacement: ~Copyable {
  /// The name the folder will have.
  package let path: String
  private let marker: String?
  private let temporary: TemporaryPath

  /// Where to write the files before the commit.
  package var workingPath: String { temporary.path }

  /// Begins a folder that will be at `path`, where there is nothing yet or an empty folder.
  ///
  /// A folder that holds a file named `marker`, such as "config.json", is replaced whole. So
  /// `--force` with the wrong name cannot delete a home folder.
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

  /// Waits until the folder is on the disk, then gives it its name.
  package consuming func commit() throws(FileError) {
    let parts = PathParts(path)
    let destination = "\(parts.folder)/\(parts.name)"
    try synchronizeTree(temporary.path)
    if try Self.checkReplaceable(destination, marker: marker) == .replaceable {
      try temporary.exchange(with: destination, reportingAs: path)
    } else {
      // Renaming a folder replaces an empty folder and refuses any other.
      try temporary.rename(to: destination, overwriting: true, reportingAs: path)
    }
    try synchronizeFolder(parts.folder, reportingAs: path)
  }

  private enum Destination { case free, replaceable }

  @discardableResult
  private static func checkReplaceable(
    _ path: String, marker: String?
  ) throws(FileError) -> Destination {
    guard access(systemPath(path), F_OK) == 0 else { return .free }
    guard isFolder(path) else { throw FileError(path, .exists) }
    if try namesInFolder(path).isEmpty { return .free }
    guard let marker, isFile("\(path)/\(marker)") else { throw FileError(path, .exists) }
    return .replaceable
  }
}

extension TemporaryPath {
  /// Swaps this folder with the one at `destination`, and removes what was there.
  consuming func exchange(
    with destination: String, reportingAs reportedPath: String
  ) throws(FileError) {
    if rename_by_exchange(systemPath(path), systemPath(destination)) == 0 { return }
    guard errno == EINVAL else { throw FileError(reportedPath, after: "rename") }
    // A file system that cannot swap: for a moment the name is missing, never half a folder.
    let old = try TemporaryPath.folder(beside: destination, reportingAs: reportedPath)
    guard Glibc.rename(systemPath(destination), systemPath(old.path)) == 0 else {
      throw FileError(reportedPath, after: "rename")
    }
    try rename(to: destination, overwriting: true, reportingAs: reportedPath)
  }
}
