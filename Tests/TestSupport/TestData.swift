import Foundation

/// Published collections that some tests read and that the project may not distribute.
package enum TestData {
  /// The path of `name` in the folder that CUTLINE_TEST_DATA names, if it is there.
  package static func path(_ name: String) -> String? {
    guard let folder = ProcessInfo.processInfo.environment["CUTLINE_TEST_DATA"] else { return nil }
    let path = "\(folder)/\(name)"
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }

  /// Returns true if `name` is there, and otherwise prints on standard error that its tests are skipped.
  package static func has(_ name: String) -> Bool {
    if path(name) != nil { return true }
    let line = "SKIPPED: tests on \(name), which is not in the folder CUTLINE_TEST_DATA names\n"
    FileHandle.standardError.write(Data(line.utf8))
    return false
  }
}
