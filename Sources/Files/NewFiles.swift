import Glibc

// Files in a folder that nobody else sees yet, such as that of `DirectoryReplacement`, which makes them
// durable all at once.

/// Writes `bytes` as the new file `path`, in folders that are created where they are missing.
package func makeFile(_ bytes: [UInt8], at path: String) throws(FileError) {
  try makeFolder(PathParts(path).folder)
  let file = try FileDescriptor(opening: path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW)
  try bytes.withUnsafeBufferPointer { buffer throws(FileError) in
    try file.write(UnsafeRawBufferPointer(buffer))
  }
  try file.finish()
}

/// Gives the file `name` of `folder`, which no link may lead out of, the second name `path`.
///
/// - Parameters:
///   - name: Relative to `folder`.
///   - folder: What must not be left.
///   - path: The new name, in folders that are created where they are missing.
/// - Throws: `FileError`; a second name on another disk is not possible.
package func linkFile(_ name: String, beneath folder: String, to path: String) throws(FileError) {
  let file = try openFile(name, beneath: folder)
  defer { close(file) }
  try makeFolder(PathParts(path).folder)
  // The open file, not its name: that could lead elsewhere by now.
  let code = linkat(
    AT_FDCWD, "/proc/self/fd/\(file)", AT_FDCWD, systemPath(path), AT_SYMLINK_FOLLOW)
  guard code == 0 else { throw FileError(path, after: "link") }
}

/// Gives the file at `source`, or where a link there leads, the second name `path`, in folders that are created
/// where they are missing.
package func linkFile(_ source: String, to path: String) throws(FileError) {
  try makeFolder(PathParts(path).folder)
  guard linkat(AT_FDCWD, source, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0 else {
    throw FileError(path, after: "link")
  }
}
