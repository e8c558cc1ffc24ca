import Glibc

/// An error from reading or writing a file.
package struct FileError: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Problem: Sendable, Equatable {
    /// The file does not exist.
    case missing
    /// The folder of the file to write does not exist.
    case folderMissing
    /// The path is a folder where a file is needed.
    case folder
    /// The path is a pipe, socket or device where a file is needed.
    case notAFile
    case noPermission
    /// The file has zero bytes.
    case empty
    case tooLarge(byteCount: Int, limit: Int)
    /// The path, or a symbolic link in it, leaves the folder it must stay in.
    case outsideFolder(String)
    /// The output already exists and may not be replaced.
    case exists
    /// The output exists and is never replaced, for this reason.
    case kept(String)
    /// The disk, the quota or the permitted file size is exhausted; `code` is the `errno`.
    case noSpace(code: Int32)
    /// The system call `name` failed in another way; `code` is the `errno`.
    case systemCall(name: String, code: Int32)
  }
  package let path: String
  package let problem: Problem

  package init(_ path: String, _ problem: Problem) {
    self.path = path
    self.problem = problem
  }

  package var description: String {
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
    case .kept(let reason):
      "\(path): \(reason). Choose another name."
    case .noSpace(let code):
      "\(path): cannot be written (\(errorText(code))). Free some space and run this again."
    case .systemCall(let name, let code):
      "\(path): \(name) failed (\(errorText(code))). "
        + "Check the name and the disk it lies on, then run this again."
    }
  }
}

extension FileError {
  /// Creates the error for `errno` after the system call `name` failed on `path`.
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
