import Foundation

/// Published collections some tests read, which are not the project's to ship.
package enum TestData {
  /// The path of `name` in the folder that CUTLINE_TEST_DATA names, if it is there.
  package static func path(_ name: String) -> String? {
    guard let folder = ProcessInfo.processInfo.environment["CUTLINE_TEST_DATA"] else { return nil }
    let path = "\(folder)/\(name)"
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }

  /// Whether `name` is there; if not, says on standard error that its tests are skipped.
  package static func has(_ name: String) -> Bool {
    if path(name) != nil { return true }
    let line = "SKIPPED: tests on \(name), which is not in the folder CUTLINE_TEST_DATA names\n"
    FileHandle.standardError.write(Data(line.utf8))
    return false
  }
}
