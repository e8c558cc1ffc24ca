import Glibc

// Files in a folder that is not yet visible to others, such as that of `DirectoryReplacement`, which
// synchronises all of them at once.

/// Writes `bytes` as the new file `path`, and creates missing folders.
package func makeFile(_ bytes: [UInt8], at path: String) throws(FileError) {
  try makeFolder(PathParts(path).folder)
  let file = try FileDescriptor(opening: path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW)
  try bytes.withUnsafeBufferPointer { buffer throws(FileError) in
    try file.write(UnsafeRawBufferPointer(buffer))
  }
  try file.finish()
}

/// Creates the hard link `path` to the file `name` of `folder`; neither the path nor a link may leave the
/// folder.
///
/// - Parameters:
///   - name: A path relative to `folder`.
///   - folder: The folder that must not be left.
///   - path: The path of the new link; missing folders are created.
/// - Throws: `FileError`, also if the link would be on another file system.
package func linkFile(_ name: String, beneath folder: String, to path: String) throws(FileError) {
  let file = try openFile(name, beneath: folder)
  defer { close(file) }
  try makeFolder(PathParts(path).folder)
  // Links the open file rather than its path, which may lead elsewhere by now.
  let code = linkat(
    AT_FDCWD, "/proc/self/fd/\(file)", AT_FDCWD, systemPath(path), AT_SYMLINK_FOLLOW)
  guard code == 0 else { throw FileError(path, after: "link") }
}

/// Creates the hard link `path` to the file at `source`, or to the target of a symbolic link there.
///
/// Missing folders are created.
package func linkFile(_ source: String, to path: String) throws(FileError) {
  try makeFolder(PathParts(path).folder)
  guard linkat(AT_FDCWD, source, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0 else {
    throw FileError(path, after: "link")
  }
}
