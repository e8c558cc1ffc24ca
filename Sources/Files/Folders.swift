import Glibc

/// A path split into its folder and its last component.
struct PathParts {
  let folder: String
  let name: String

  init(_ path: String) {
    var path = path[...]
    while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
    let slash = path.lastIndex(of: "/")
    name = slash.map { String(path[path.index(after: $0)...]) } ?? String(path)
    guard let slash else {
      folder = "."
      return
    }
    folder = slash == path.startIndex ? "/" : String(path[..<slash])
  }
}

/// Returns `path` with symbolic links resolved; `nil` if nothing exists there.
package func realPath(_ path: String) throws(FileError) -> String? {
  guard let resolved = realpath(systemPath(path), nil) else {
    if errno == ENOENT { return nil }
    throw FileError(path, after: "realpath")
  }
  defer { free(resolved) }
  return nameText(UnsafeRawBufferPointer(start: resolved, count: strlen(resolved)))
}

/// Returns `path` with symbolic links resolved; nil if nothing exists there or on an error.
package func resolvedPath(_ path: String) -> String? { try? realPath(path) }

/// Returns the file type bits of `path` itself, without following a symbolic link.
func fileKind(_ path: String) throws(FileError) -> mode_t {
  var status = stat()
  guard lstat(systemPath(path), &status) == 0 else { throw FileError(path, after: "lstat") }
  return status.st_mode & S_IFMT
}

/// Returns true if `path`, or the target of a link there, is a folder.
package func isFolder(_ path: String) -> Bool {
  var status = stat()
  return stat(systemPath(path), &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// Returns true if `path`, or the target of a link there, is a regular file.
package func isFile(_ path: String) -> Bool {
  var status = stat()
  return stat(systemPath(path), &status) == 0 && status.st_mode & S_IFMT == S_IFREG
}

/// Returns true if both paths lead to the same file.
package func isSameFile(_ a: String, _ b: String) -> Bool {
  var (first, second) = (stat(), stat())
  return stat(systemPath(a), &first) == 0 && stat(systemPath(b), &second) == 0
    && first.st_dev == second.st_dev && first.st_ino == second.st_ino
}

/// Returns a text that changes whenever the file at `path` changes; nil if there is none.
///
/// It holds the size, the inode number, and the times of the last change of contents and of metadata.
package func fileStamp(_ path: String) -> String? {
  var status = stat()
  guard stat(systemPath(path), &status) == 0 else { return nil }
  let times = [status.st_mtim, status.st_ctim].map { "\($0.tv_sec).\($0.tv_nsec)" }
  return "\(status.st_size) \(status.st_ino) \(times[0]) \(times[1])"
}

/// Returns the folder for what can be made again: $CUTLINE_CACHE, or else where the system keeps caches.
///
/// - Parameter environment: Returns the value of a variable of the environment.
/// - Returns: The folder, which need not exist; nil if no variable names a place.
package func cacheFolder(by environment: (String) -> String?) -> String? {
  environment("CUTLINE_CACHE") ?? environment("XDG_CACHE_HOME").map { "\($0)/cutline" }
    ?? environment("HOME").map { "\($0)/.cache/cutline" }
}

/// Creates a folder and its missing parents.
package func makeFolder(_ path: String) throws(FileError) {
  if isFolder(path) { return }
  let parts = PathParts(path)
  if parts.folder != path { try makeFolder(parts.folder) }
  guard mkdir(systemPath(path), 0o777) == 0 || errno == EEXIST && isFolder(path) else {
    throw FileError(path, after: "mkdir")
  }
}

/// Returns the names in a folder, sorted by bytes, without `.` and `..`.
package func namesInFolder(_ path: String) throws(FileError) -> [String] {
  guard let folder = opendir(systemPath(path)) else { throw FileError(path, after: "opendir") }
  defer { closedir(folder) }
  var names: [[UInt8]] = []
  while let entry = readdir(folder) {
    names.append(withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) })
  }
  return names.sorted { $0.lexicographicallyPrecedes($1) }.map { nameText($0) }
    .filter { $0 != "." && $0 != ".." }
}

/// Waits until a folder's entries are on disk; errors use `reportedPath`.
func synchronizeFolder(
  _ path: String, reportingAs reportedPath: String? = nil
) throws(FileError) {
  try FileDescriptor(opening: path, O_RDONLY | O_DIRECTORY, reportingAs: reportedPath)
    .synchronize()
}

/// Waits until everything under `path` is on disk.
func synchronizeTree(_ path: String) throws(FileError) {
  for name in try namesInFolder(path) {
    let child = "\(path)/\(name)"
    switch try fileKind(child) {
    case S_IFDIR: try synchronizeTree(child)
    case S_IFREG: try FileDescriptor(opening: child, O_RDONLY).synchronize()
    default: break
    }
  }
  try synchronizeFolder(path)
}

/// Renames a folder and then removes it, so that it is never seen half removed.
///
/// If interrupted, it leaves `.NAME.tmp-PID`, which is safe to delete.
package func removeTreeAtOnce(_ path: String) throws(FileError) {
  let parts = PathParts(path)
  let aside = "\(parts.folder)/.\(parts.name).tmp-\(getpid())"
  guard rename(systemPath(path), systemPath(aside)) == 0 else {
    throw FileError(path, after: "rename")
  }
  removeTree(aside)
}

/// Removes a file, or a folder with its contents, without following symbolic links.
///
/// Used for cleaning up after a failure, so its own failures are ignored.
package func removeTree(_ path: String) {
  guard unlink(systemPath(path)) != 0, (try? fileKind(path)) == S_IFDIR else { return }
  for name in (try? namesInFolder(path)) ?? [] { removeTree("\(path)/\(name)") }
  rmdir(systemPath(path))
}
