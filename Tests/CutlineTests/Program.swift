import CTestSupport
import Foundation
import TestSupport

/// The built program, run as a user runs it.
enum Program {
  /// The result of a run: its exit status and its output.
  struct Outcome {
    /// The exit code, or 128 and the number of the signal that ended it, as shells say it.
    let status: Int32
    let output: String
    let errors: String

    var lines: [String] { output.split(separator: "\n").map(String.init) }
  }

  /// The destination of standard output.
  enum Output {
    case file
    case path(String)
    /// A pipe whose reader has gone.
    case brokenPipe
  }

  /// Beside the tests, in the folder of the build's products.
  static var path: String {
    let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    return tests.deletingLastPathComponent().appendingPathComponent("cutline").path
  }

  /// Runs the program and waits for its end.
  ///
  /// - Parameters:
  ///   - arguments: The command line arguments.
  ///   - folder: The working directory.
  ///   - environment: Variables besides the few that every run has.
  ///   - input: The data on standard input.
  ///   - output: The destination of standard output.
  /// - Returns: The exit status and the output.
  /// - Throws: `NotStarted`, or an error from writing the test's own files.
  static func run(
    _ arguments: [String], in folder: String, environment: [String: String] = [:],
    input: [UInt8] = [], output: Output = .file
  ) throws -> Outcome {
    try spawn(
      [path] + arguments, in: folder, environment: environment, input: input, output: output)
  }

  /// Runs a line of bash that finds the program as `cutline`.
  static func shell(_ script: String, in folder: String) throws -> Outcome {
    let function = "cutline() { '\(path)' \"$@\"; }; "
    return try spawn(
      ["/bin/bash", "-c", function + script], in: folder, environment: [:], input: [],
      output: .file)
  }

  static func spawn(
    _ command: [String], in folder: String, environment: [String: String], input: [UInt8],
    output: Output
  ) throws -> Outcome {
    // Files rather than pipes: nothing can block, however much is said.
    let scratch = try TemporaryFolder()
    let inputPath = try scratch.write(input, to: "stdin")
    let (outputPath, errorPath) = ("\(scratch.path)/stdout", "\(scratch.path)/stderr")
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    cts_spawn_in_folder(&actions, folder)
    posix_spawn_file_actions_addopen(&actions, 0, inputPath, O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 2, errorPath, O_WRONLY | O_CREAT, 0o666)
    var pipeEnds: [Int32] = [-1, -1]
    defer { for end in pipeEnds where end >= 0 { close(end) } }
    switch output {
    case .file:
      posix_spawn_file_actions_addopen(&actions, 1, outputPath, O_WRONLY | O_CREAT, 0o666)
    case .path(let path): posix_spawn_file_actions_addopen(&actions, 1, path, O_WRONLY, 0)
    case .brokenPipe:
      pipe(&pipeEnds)
      close(pipeEnds[0])
      pipeEnds[0] = -1
      posix_spawn_file_actions_adddup2(&actions, pipeEnds[1], 1)
    }
    let variables = baseEnvironment(home: folder).merging(environment) { $1 }
      .map { "\($0)=\($1)" }
    let status = try wait(for: command, variables, &actions)
    return Outcome(status: status, output: text(outputPath), errors: text(errorPath))
  }

  private static func baseEnvironment(home: String) -> [String: String] {
    let inherited = ProcessInfo.processInfo.environment
    var variables = ["HOME": home, "PATH": inherited["PATH"] ?? "/usr/bin:/bin"]
    // Tests run side by side; each is content with one core.
    variables["CUTLINE_THREADS"] = "1"
    variables["LD_LIBRARY_PATH"] = inherited["LD_LIBRARY_PATH"]
    return variables
  }

  private static func wait(
    for command: [String], _ variables: [String], _ actions: inout posix_spawn_file_actions_t
  ) throws -> Int32 {
    var arguments = command.map { strdup($0) } + [nil]
    var environment = variables.map { strdup($0) } + [nil]
    defer { for pointer in arguments + environment { free(pointer) } }
    var child: pid_t = 0
    let code = posix_spawn(&child, command[0], &actions, nil, &arguments, &environment)
    guard code == 0 else { throw NotStarted(command: command, code: code) }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 && errno == EINTR {}
    let signal = status & 0x7F
    return signal == 0 ? status >> 8 & 0xFF : 128 + signal
  }

  private static func text(_ path: String) -> String {
    String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
  }

  struct NotStarted: Error {
    let command: [String]
    let code: Int32
  }
}
