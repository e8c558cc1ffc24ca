import Glibc

/// Writes a new file without synchronising it, in a folder that is synchronised as a whole.
package func writeFile(_ bytes: [UInt8], to path: String) throws(FileError) {
  let file = try FileDescriptor(opening: path, O_WRONLY | O_CREAT | O_EXCL)
  try bytes.withUnsafeBufferPointer { buffer throws(FileError) in
    try file.write(UnsafeRawBufferPointer(buffer))
  }
  try file.finish()
}

/// Replaces the file at `path` atomically but without synchronising it; after a power failure it may be
/// empty.
///
/// - Parameters:
///   - bytes: The new contents.
///   - path: The path of the file, in an existing folder.
///   - temporary: The path it is written to first, on the same file system; an existing file there is
///     overwritten.
/// - Throws: `FileError`; nothing remains at `temporary` then.
package func replaceFile(
  _ bytes: [UInt8], at path: String, by temporary: String
) throws(FileError) {
  do throws(FileError) {
    let file = try FileDescriptor(
      opening: temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, reportingAs: path)
    try bytes.withUnsafeBufferPointer { buffer throws(FileError) in
      try file.write(UnsafeRawBufferPointer(buffer))
    }
    try file.finish()
    guard rename(systemPath(temporary), systemPath(path)) == 0 else {
      throw FileError(path, after: "rename")
    }
  } catch {
    unlink(systemPath(temporary))
    throw error
  }
}

/// Removes the file at `path`, if there is one.
package func removeFile(_ path: String) throws(FileError) {
  guard unlink(systemPath(path)) == 0 || errno == ENOENT else {
    throw FileError(path, after: "unlink")
  }
}
