import Foundation

/// The ffmpeg program, with which frames and timestamps are compared if it is installed.
enum FFmpegProgram {
  static let path = ["/usr/bin/ffmpeg", "/usr/local/bin/ffmpeg"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  /// Returns true if the program is installed; otherwise prints to standard error that its tests are skipped.
  static func isInstalled() -> Bool {
    if path != nil { return true }
    FileHandle.standardError.write(Data("SKIPPED: tests against the ffmpeg program\n".utf8))
    return false
  }

  /// Runs the program, and returns its standard output and standard error.
  static func run(_ arguments: [String]) throws -> (output: Data, errors: String, status: Int32) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path ?? "")
    process.arguments = ["-nostdin", "-hide_banner"] + arguments
    let errors = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try Data().write(to: errors)
    defer { try? FileManager.default.removeItem(at: errors) }
    let output = Pipe()
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (
      bytes, String(decoding: try Data(contentsOf: errors), as: UTF8.self),
      process.terminationStatus
    )
  }

  /// Returns the presentation times of a clip's frames in seconds, in presentation order.
  ///
  /// The program selects the streams, including audio: in some containers the clip starts with the first
  /// selected stream.
  static func times(of clip: String) throws -> [Double] {
    let run = try run(
      ["-i", clip, "-vsync", "passthrough", "-vf", "showinfo", "-f", "null", "-"])
    return run.errors.matches(of: /n: *\d+ pts: *-?\d+ pts_time:(-?[\d.e+-]+)/).compactMap {
      Double($0.1)
    }
  }

  /// Returns frames of a clip as 8-bit RGB, one after the other.
  static func pixels(of clip: String, frames: [Int]) throws -> Data {
    let choice = frames.map { "eq(n,\($0))" }.joined(separator: "+")
    return try run([
      "-v", "error", "-i", clip, "-vf", "select='\(choice)'", "-vsync",
      "passthrough", "-pix_fmt", "rgb24", "-f", "rawvideo", "-",
    ]).output
  }
}
