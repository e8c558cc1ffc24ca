import Glibc

/// Writes a new file without waiting for the disk: part of a folder that is made durable as a whole.
package func writeFile(_ bytes: [UInt8], to path: String) throws(FileError) {
  let file = try FileDescriptor(opening: path, O_WRONLY | O_CREAT | O_EXCL)
  try bytes.withUnsafeBufferPointer { buffer throws(FileError) in
    try file.write(UnsafeRawBufferPointer(buffer))
  }
  try file.finish()
}
