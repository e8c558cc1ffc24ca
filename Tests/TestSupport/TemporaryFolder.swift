import Foundation

/// A new empty folder for one test, which is removed with its contents when the value is released.
///
/// It is a class because it must be removed exactly once.
package final class TemporaryFolder {
  package let path: String

  package init() throws {
    let template = "\(getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp")/cutline-test-XXXXXX"
    var name = Array(template.utf8CString)
    guard mkdtemp(&name) != nil else { throw SystemCallFailed(call: "mkdtemp", code: errno) }
    path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes `text` to a file in the folder and returns its path.
  @discardableResult
  package func write(_ text: String, to name: String) throws -> String {
    try write(Array(text.utf8), to: name)
  }

  /// Writes `bytes` to a file in the folder and returns its path.
  @discardableResult
  package func write(_ bytes: [UInt8], to name: String) throws -> String {
    let path = "\(path)/\(name)"
    guard let file = fopen(path, "w") else { throw SystemCallFailed(call: "fopen", code: errno) }
    fwrite(bytes, 1, bytes.count, file)
    guard fclose(file) == 0 else { throw SystemCallFailed(call: "fclose", code: errno) }
    return path
  }

  /// Creates a folder in the folder and returns its path.
  @discardableResult
  package func makeFolder(_ name: String) throws -> String {
    let path = "\(path)/\(name)"
    guard mkdir(path, 0o777) == 0 else { throw SystemCallFailed(call: "mkdir", code: errno) }
    return path
  }
}

/// The failure of a system call that a test needs.
package struct SystemCallFailed: Error {
  let call: String
  let code: Int32
}
