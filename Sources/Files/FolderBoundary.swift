import CLinux
import Glibc

/// Opens the file `name` of `folder` for reading, and refuses paths that leave the folder.
///
/// The folder may itself be a symbolic link, but no link inside it may leave it or pass through /proc. Thus a
/// downloaded data set cannot give access to other files.
///
/// - Parameters:
///   - name: A path relative to `folder`.
///   - folder: The folder that must not be left.
/// - Returns: A descriptor, which the caller closes. Opening a pipe does not block.
/// - Throws: `FileError`, with `.outsideFolder` if the path or a link leaves the folder.
package func openFile(_ name: String, beneath folder: String) throws(FileError) -> Int32 {
  let path = "\(folder)/\(name)"
  guard isInsideFolder(name) else { throw FileError(path, .outsideFolder(folder)) }
  let root = open(systemPath(folder), open_as_place | O_DIRECTORY | O_CLOEXEC)
  guard root >= 0 else { throw FileError(folder, after: "open") }
  defer { close(root) }
  let flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY
  // EAGAIN: a folder was renamed meanwhile, so that the kernel could not verify the path.
  for _ in 0..<16 {
    let file = open_beneath(root, systemPath(name), flags)
    if file >= 0 { return file }
    switch errno {
    case EINTR, EAGAIN: continue
    case EXDEV: throw FileError(path, .outsideFolder(folder))
    // Linux before 5.6, or a container whose filter does not know the call.
    case ENOSYS, EPERM: return try openResolvedFile(name, beneath: folder)
    default: throw FileError(path, after: "openat2")
    }
  }
  throw FileError(path, after: "openat2", code: EAGAIN)
}

/// Opens the file `name` of `folder` after resolving all links.
///
/// Weaker than the kernel's check: a link that changes between resolving and opening goes unnoticed.
func openResolvedFile(_ name: String, beneath folder: String) throws(FileError) -> Int32 {
  let path = "\(folder)/\(name)"
  guard let root = try realPath(folder) else { throw FileError(folder, .missing) }
  guard let resolved = try realPath(path) else { throw FileError(path, .missing) }
  guard resolved.hasPrefix(root == "/" ? root : "\(root)/") else {
    throw FileError(path, .outsideFolder(folder))
  }
  let file = open(systemPath(resolved), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW)
  guard file >= 0 else { throw FileError(path, after: "open") }
  return file
}

/// Returns true if `folder` has a regular file `name` that lies inside it.
package func hasFile(_ name: String, beneath folder: String) -> Bool {
  guard let file = try? openFile(name, beneath: folder) else { return false }
  defer { close(file) }
  var status = stat()
  return fstat(file, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
}

/// Returns the bytes of the file `name` of `folder`; neither the path nor a link may leave the folder.
///
/// - Parameters:
///   - name: A path relative to `folder`.
///   - folder: The folder that must not be left.
///   - limit: The maximum size of the file in bytes.
///   - prefixLength: The maximum number of bytes to read from the start; nil for all.
/// - Returns: The bytes, possibly none.
/// - Throws: `FileError`, with `.outsideFolder` if the path or a link leaves the folder.
package func bytes(
  ofFile name: String, beneath folder: String, limit: Int = .max, prefixLength: Int? = nil
) throws(FileError) -> [UInt8] {
  let path = "\(folder)/\(name)"
  let file = try openFile(name, beneath: folder)
  defer { close(file) }
  var status = stat()
  guard fstat(file, &status) == 0 else { throw FileError(path, after: "fstat") }
  guard status.st_mode & S_IFMT == S_IFREG else { throw FileError(path, .notAFile) }
  guard status.st_size <= limit else {
    throw FileError(path, .tooLarge(byteCount: Int(status.st_size), limit: limit))
  }
  let size = min(Int(status.st_size), prefixLength ?? .max)
  var bytes = [UInt8](repeating: 0, count: size)
  var filled = 0
  while filled < size {
    let count = bytes.withUnsafeMutableBytes {
      read(file, $0.baseAddress?.advanced(by: filled), size - filled)
    }
    if count < 0 && errno == EINTR { continue }
    guard count >= 0 else { throw FileError(path, after: "read") }
    if count == 0 { break }
    filled += count
  }
  return Array(bytes.prefix(filled))
}
