import Glibc

/// Makes the symbolic link at `path` point to `destination` atomically: a reader finds the old or the new
/// one.
///
/// - Throws: `FileError`, with `.exists` if something other than a link is at `path`.
package func replaceLink(at path: String, pointingTo destination: String) throws(FileError) {
  if access(systemPath(path), F_OK) == 0, try fileKind(path) != S_IFLNK {
    throw FileError(path, .exists)
  }
  let parts = PathParts(path)
  let aside = "\(parts.folder)/.\(parts.name).tmp-\(getpid())"
  unlink(systemPath(aside))
  guard symlink(systemPath(destination), systemPath(aside)) == 0 else {
    throw FileError(path, after: "symlink")
  }
  guard rename(systemPath(aside), systemPath(path)) == 0 else {
    let error = FileError(path, after: "rename")
    unlink(systemPath(aside))
    throw error
  }
  try synchronizeFolder(parts.folder, reportingAs: path)
}

/// Returns the destination of the symbolic link at `path`; nil if there is none.
package func destinationOfLink(_ path: String) -> String? {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
    guard let base = buffer.baseAddress else { return nil }
    let count = readlink(systemPath(path), base, buffer.count)
    guard count > 0 else { return nil }
    return nameText(UnsafeRawBufferPointer(buffer)[..<count])
  }
}
