import Glibc

/// Points the symbolic link at `path` to `destination`, in one step: a reader finds the old or the new.
///
/// - Throws: `exists` if something else than a link has the name; what the file system said.
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

/// Where the symbolic link at `path` points to; nil if there is none.
package func destinationOfLink(_ path: String) -> String? {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
    guard let base = buffer.baseAddress else { return nil }
    let count = readlink(systemPath(path), base, buffer.count)
    guard count > 0 else { return nil }
    return nameText(UnsafeRawBufferPointer(buffer)[..<count])
  }
}
