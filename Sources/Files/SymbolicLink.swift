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

/// Where the symbolic link at `path` points to; nil if there is none.
package func destinationOfLink(_ path: String) -> String? {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
    guard let base = buffer.baseAddress else { return nil }
    let count = readlink(path, base, buffer.count)
    guard count > 0 else { return nil }
    return String(decoding: UnsafeRawBufferPointer(buffer)[..<count], as: UTF8.self)
  }
}
