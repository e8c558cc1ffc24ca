import Glibc

/// Writes a new file without waiting for the disk: part of a folder that is made durable as a whole.
package func writeFile(_ bytes: [UInt8], to path: String) throws(FileError) {
  let file = try FileDescriptor(opening: path, O_WRONLY | O_CREAT | O_EXCL)
  try bytes.withUnsafeBufferPointer { buffer throws(FileError) in
    try file.write(UnsafeRawBufferPointer(buffer))
  }
  try file.finish()
}

/// Writes `bytes` as the whole file at `path`, which appears complete or stays as it was, without waiting
/// for the disk: after a power cut it may be empty.
///
/// - Parameters:
///   - bytes: What it will hold.
///   - path: Its name, in a folder that is there.
///   - temporary: Where it is written first, on the same disk; what is there is lost.
/// - Throws: What the file system said; nothing remains at `temporary` then.
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
