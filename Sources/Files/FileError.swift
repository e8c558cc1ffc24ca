import Glibc

/// Why a file could not be read or written.
public struct FileError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Problem: Sendable, Equatable {
    /// There is nothing of that name to read.
    case missing
    /// The folder a file should be written to does not exist.
    case folderMissing
    /// A folder, where a file is needed.
    case folder
    /// A pipe, socket or device, where a file is needed.
    case notAFile
    case noPermission
    /// A file of zero bytes.
    case empty
    case tooLarge(byteCount: Int, limit: Int)
    /// Its name, or a symbolic link, leads out of the folder it should be in.
    case outsideFolder(String)
    /// The output is there already and may not be replaced.
    case exists
    /// The disk, the quota or the permitted file size is used up; `code` is the `errno`.
    case noSpace(code: Int32)
    /// Any other failure of the system call `name`; `code` is the `errno`.
    case systemCall(name: String, code: Int32)
  }
  public let path: String
  public let problem: Problem

  public init(_ path: String, _ problem: Problem) {
    self.path = path
    self.problem = problem
  }

  public var description: String {
    switch problem {
    case .missing:
      "\(path): there is no such file. Check the spelling, and the folder you are in."
    case .folderMissing:
      "\(path): the folder it should go into does not exist. Create it first, with mkdir -p."
    case .folder:
      "\(path): is a folder, but a file is needed. Name a file."
    case .notAFile:
      "\(path): is a pipe or a device, but a file is needed. "
        + "Let the shell redirect (<, >) to use a pipe or a device."
    case .noPermission:
      "\(path): you have no permission for it. Change that with chmod, or ask its owner."
    case .empty:
      "\(path): is empty (0 bytes). Get a fresh copy."
    case .tooLarge(let byteCount, let limit):
      "\(path): holds \(byteCount) bytes, but at most \(limit) are read. Is it the right file?"
    case .outsideFolder(let folder):
      "\(path): leads out of \(folder). Put the file itself into that folder."
    case .exists:
      "\(path): exists already. Choose another name, or add --force to replace it."
    case .noSpace(let code):
      "\(path): cannot be written (\(errorText(code))). Free some space and run this again."
    case .systemCall(let name, let code):
      "\(path): \(name) failed (\(errorText(code))). "
        + "Check the name and the disk it lies on, then run this again."
    }
  }
}

extension FileError {
  /// The problem that `errno` names after the system call `name` failed on `path`.
  init(_ path: String, after name: String, code: Int32 = errno) {
    self.init(path, Problem(after: name, code: code))
  }
}

extension FileError.Problem {
  fileprivate init(after name: String, code: Int32) {
    switch code {
    case ENOENT: self = .missing
    case EISDIR: self = .folder
    case EEXIST, ENOTEMPTY: self = .exists
    case EACCES, EPERM, EROFS: self = .noPermission
    case ENOSPC, EDQUOT, EFBIG: self = .noSpace(code: code)
    default: self = .systemCall(name: name, code: code)
    }
  }
}

private func errorText(_ code: Int32) -> String { String(cString: strerror(code)) }
