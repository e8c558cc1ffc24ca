import Files
import Metrics

#if canImport(Glibc)
import Glibc
#endif

/// SPICE (Anderson et al., 2016), computed by its authors' program, spice-1.0.jar, in Java.
///
/// The scene graphs that it compares come from Stanford CoreNLP, which its folder must hold, too; nothing else
/// computes this score.
package struct SPICEProgram: Sendable, Equatable {
  /// The path of spice-1.0.jar.
  package let jar: String
  /// The folder in which the program keeps the scene graphs of references for the next time; nil for none.
  package var cacheFolder: String?

  package init(jar: String) { self.jar = jar }

  /// Scores the captions of pictures.
  ///
  /// - Parameter captions: The captions; their words go to the program with blanks between them, as in coco-caption.
  /// - Returns: The score of each, in `0...1`; nil where the program gives none.
  /// - Throws: `EvaluationError` if Java is missing, or the program fails or leaves out pictures; `FileError`.
  func scores(of captions: [ScoredCaption]) throws -> [Double?] {
    guard isFile(jar), let program = try realPath(jar), let slash = program.lastIndex(of: "/")
    else { throw failure("is not a file. Name spice-1.0.jar with --spice.") }
    let parent = cacheFolder ?? "/tmp"
    try makeFolder(parent)
    let place = try realPath(parent) ?? parent
    // A new name, which nobody else can have made.
    var name = Array("\(place)/cutline-XXXXXX".utf8CString)
    guard mkdtemp(&name) != nil else { throw failure("has no folder for its files in \(place)") }
    let folder = String(decoding: name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    defer { removeTree(folder) }
    let (input, output, log) = ("\(folder)/in.json", "\(folder)/out.json", "\(folder)/log")
    try AtomicFile.write(document(captions).compactText, to: input, overwriting: true)
    let cache = "\(cacheFolder == nil ? folder : place)/graphs"
    try makeFolder(cache)
    // As coco-caption calls it.
    let arguments = [
      "-jar", "-Xmx8G", String(program[program.index(after: slash)...]), input, "-cache", cache,
      "-out", output, "-subset", "-silent",
    ]
    let outcome = runProgram("java", arguments, in: String(program[...slash]), log: log)
    switch outcome {
    case .missing:
      throw failure(
        "needs Java, and there is no program called java. Install it (Debian: default-jre-headless)."
      )
    case .failed(let reason):
      let said = lastLines(of: log)
      throw failure(
        "\(reason)\(said.isEmpty ? "" : ", and said: \(said)"). Does its folder hold Stanford CoreNLP 3.6.0 with "
          + "its models?"
      )
    case .succeeded: break
    }
    guard let bytes = try? MappedFile(output).withBytes({ Array($0) }),
      let rows = try? JSONValue(reading: bytes).elements
    else { throw failure("wrote no scores") }
    var scores: [Int: Double?] = [:]
    for row in rows {
      guard let number = row["image_id"]?.number, let all = row["scores"]?["All"] else {
        throw failure("wrote scores of another form: a row lacks image_id or scores.All")
      }
      scores[Int(number)] = .some(all["f"]?.number)
    }
    return try captions.indices.map { index in
      guard let score = scores[index] else { throw failure("left out picture \(index + 1)") }
      return score
    }
  }

  private func document(_ captions: [ScoredCaption]) -> JSONValue {
    .array(
      captions.enumerated().map { index, caption in
        [
          "image_id": .number(Double(index)),
          "test": .string(caption.candidate.joined(separator: " ")),
          "refs": .array(caption.references.map { .string($0.joined(separator: " ")) }),
        ]
      })
  }

  private func lastLines(of path: String) -> String {
    guard let bytes = try? MappedFile(path).withBytes({ Array($0.suffix(2000)) }) else { return "" }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").suffix(3)
    return lines.joined(separator: " | ")
  }

  private func failure(_ reason: String) -> EvaluationError {
    EvaluationError(jar, .noScore("SPICE", reason: reason))
  }
}

/// The end of another program.
private enum ProgramOutcome {
  case succeeded
  /// There is no such program.
  case missing
  case failed(String)
}

/// Runs a program, found on $PATH, until it ends.
///
/// - Parameters:
///   - name: Its name.
///   - arguments: Its arguments.
///   - folder: The folder that it works in.
///   - log: The file that its output and its errors go to.
/// - Returns: The outcome.
private func runProgram(
  _ name: String, _ arguments: [String], in folder: String, log: String
) -> ProgramOutcome {
  var actions = posix_spawn_file_actions_t()
  guard posix_spawn_file_actions_init(&actions) == 0 else { return .failed("could not be started") }
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
  posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  posix_spawn_file_actions_adddup2(&actions, 1, 2)
  // The shell changes the folder: the call that would do it is not visible to Swift. util-linux's setpriv, where it is
  // installed, has the program end if we are killed.
  let script = """
    cd -- "$0" || exit; killed=$(command -v setpriv) && exec "$killed" --pdeathsig KILL -- "$@"; exec "$@"
    """
  let command = ["sh", "-c", script, folder, name] + arguments
  var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) }
  words.append(nil)
  defer { for word in words { free(word) } }
  var identifier: pid_t = 0
  let code = posix_spawn(&identifier, "/bin/sh", &actions, nil, words, environ)
  guard code == 0 else {
    return .failed("could not be started (\(String(cString: strerror(code))))")
  }
  var status: Int32 = 0
  while waitpid(identifier, &status, 0) < 0 {
    if errno != EINTR { return .failed("was lost") }
  }
  // WIFSIGNALED and WEXITSTATUS are macros.
  let (signal, exit) = (status & 0x7F, status >> 8 & 0xFF)
  // What shells say of a program that is not there.
  if signal == 0, exit == 127 { return .missing }
  if signal != 0 { return .failed("was ended by signal \(signal)") }
  return exit == 0 ? .succeeded : .failed("ended with exit code \(exit)")
}
