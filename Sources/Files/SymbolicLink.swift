import Glibc

/// Points the symbolic link at `path` to `destination`, in one step: a reader finds the old or the new.
///
/// - Throws: `exists` if something else than a link has the name; what the file system said.
package func replaceLink(at path: String, pointingTo destination: String) throws(FileError) {
  if access(path, F_OK) == 0, try fileKind(path) != S_IFLNK { throw FileError(path, .exists) }
  let parts = PathParts(path)
  let aside = "\(parts.folder)/.\(parts.name).tmp-\(getpid())"
  unlink(aside)
  guard symlink(destination, aside) == 0 else { throw FileError(path, after: "symlink") }
  guard rename(aside, path) == 0 else {
    let error = FileError(path, after: "rename")
    unlink(aside)
    throw error
  }
  try synchronizeFolder(parts.folder, reportingAs: path)
}
