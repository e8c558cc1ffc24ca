import Captioning
import Files
import Training

/// Options in a JSON file, which `--config FILE` or `$CUTLINE_CONFIG` inserts before those on the
/// command line.
///
///     {"embed": 128, "lr": 0.001, "nesterov": true, "clip-value": null}
///
/// A key is an option without its dashes; true gives a flag, false and null leave an option out.
/// The command line takes precedence over the file, and so does an environment variable that stands
/// for an option. The `config.json` of a run is such a file, too: a run with it repeats that run. A
/// file named by the environment serves all commands: each ignores options that only others have.
struct OptionFile {
  let path: String
  /// True if `$CUTLINE_CONFIG` names the file.
  private let isFromEnvironment: Bool

  /// The maximum size of a file of options, in bytes.
  private static let maximumSize = 1 << 20

  /// Creates the file that the arguments, or else the environment, name; nil if neither does.
  init?(
    namedBy arguments: [String], orBy variable: String? = Variable.config.value
  ) {
    let typed = Self.typedPath(arguments)
    guard let path = typed ?? variable else { return nil }
    (self.path, isFromEnvironment) = (path, typed == nil)
  }

  /// The name of the file in messages.
  var title: String { isFromEnvironment ? "\(path) ($\(Variable.config.rawValue))" : path }

  /// Returns the arguments with the options of the file that they, or the environment, name.
  ///
  /// - Throws: `Failure` that names the file and what is wrong with it.
  static func expanding(_ arguments: [String]) throws(Failure) -> [String] {
    guard !asksForHelp(arguments), let file = OptionFile(namedBy: arguments) else {
      return arguments
    }
    // The options are inserted after the names of the command, and before all others, so that these
    // take precedence.
    let start = arguments.firstIndex { $0.hasPrefix("-") && $0 != "-" } ?? arguments.endIndex
    return try arguments[..<start] + file.options(besides: arguments) + arguments[start...]
  }

  private static func asksForHelp(_ arguments: [String]) -> Bool {
    arguments.first == "help"
      || arguments.prefix { $0 != "--" }.contains { ["-h", "--help", "--version"].contains($0) }
  }

  private static func typedPath(_ arguments: [String]) -> String? {
    let options = Array(arguments.prefix { $0 != "--" })
    if let index = options.lastIndex(of: "--config") {
      return options.indices.contains(index + 1) ? options[index + 1] : nil
    }
    let prefix = "--config="
    return options.last { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
  }

  /// Options that exclude each other.
  private static let contraries = [
    "schedule-epochs": "schedule-steps", "schedule-steps": "schedule-epochs",
    "batch-size": "batch-words", "batch-words": "batch-size", "frames": "frame-step",
    "frame-step": "frames", "encoder": "encoder-model", "encoder-model": "encoder",
  ]

  /// Returns true if the decoder, the cell or the captioner that is on the command line sets what an option of
  /// the file sets, too, or has no such option.
  private func isDecided(
    _ option: String, of file: JSONValue, by arguments: [String]
  ) -> Bool {
    let decoder = Self.typedValue(of: ["--decoder", "--preset"], in: arguments)
    let attention = Self.typedValue(of: ["--attention"], in: arguments)
    let cell = Self.typedValue(of: ["--cell"], in: arguments)
    let isOfRun = file["schema"]?.string == RunConfiguration.schema
    if isOfRun, Self.isTyped("start-from", in: arguments), Self.modelOptions.contains(option) {
      return true
    }
    switch option {
    case "attention", "decoder": return decoder != nil || attention != nil
    case "annotation-size", "attention-size":
      if decoder?.contains("\(option)=") ?? false { return true }
      // Older runs recorded sizes of an attention that there was not.
      guard isOfRun || decoder != nil || attention != nil else { return false }
      let (choice, settings) = (decoder != nil || attention != nil, file["settings"])
      return !Self.hasAttention(
        choice ? decoder : settings?["decoder"]?.string,
        choice ? attention : settings?["attention"]?.string)
    case "unfactored": return decoder.map { !$0.hasPrefix("lrcn") || $0.contains(":") } ?? false
    case "gru-reset": return cell.map { !$0.hasPrefix("gru") || $0.contains(":") } ?? false
    default: return false
    }
  }

  /// Returns true if the decoder of these options has an attention, or if there is none, which is told later.
  private static func hasAttention(_ decoder: String?, _ attention: String?) -> Bool {
    let typed = try? decoder.map(DecoderArgument.init)
    let chosen = try? DecoderArgument.chosen(typed, attention.flatMap(AttentionChoice.init))
    return chosen?.choice.has(DecoderType.attentionSize) ?? true
  }

  /// The options that a captioner to start from sets.
  private static let modelOptions: Set<String> = [
    "annotation-size", "attention", "attention-size", "cell", "decoder", "embed", "encoder",
    "encoder-model", "feature-grid", "frame-step", "frames", "freeze-word-vectors", "gru-reset",
    "hidden", "layers", "residual", "tied", "unfactored", "word-vectors",
  ]

  /// The last value on the command line of an option that has these names; nil if there is none.
  private static func typedValue(of names: [String], in arguments: [String]) -> String? {
    let options = Array(arguments.prefix { $0 != "--" })
    for index in options.indices.reversed() {
      if names.contains(options[index]) {
        return index + 1 < options.count ? options[index + 1] : nil
      }
      if let name = names.first(where: { options[index].hasPrefix("\($0)=") }) {
        return String(options[index].dropFirst(name.count + 1))
      }
    }
    return nil
  }

  /// Returns true if an option that may be repeated, or one that excludes it, is on the command
  /// line, in which case the file's is ignored.
  private static func isTyped(_ option: String, in arguments: [String]) -> Bool {
    let names = [option] + (contraries[option].map { [$0] } ?? [])
    return arguments.prefix { $0 != "--" }.contains { argument in
      names.contains { argument == "--\($0)" || argument.hasPrefix("--\($0)=") }
        || option == "model" && argument.hasPrefix("-m")
        || ["quiet", "verbose"].contains(option)
          && (["--quiet", "--verbose"].contains(argument) || Self.hasShortFlag("qv", in: argument))
    }
  }

  /// Returns true if an argument of short flags, such as `-rvv`, has one of `flags`.
  private static func hasShortFlag(_ flags: String, in argument: String) -> Bool {
    let letters = argument.dropFirst()
    return argument.first == "-" && letters.contains { flags.contains($0) }
      && letters.allSatisfy { "qvr0".contains($0) }
  }

  private func options(besides arguments: [String]) throws(Failure) -> [String] {
    let json = try json()
    let groups =
      json["schema"]?.string == RunConfiguration.schema
      ? [json["settings"], json["execution"]] : [json]
    let foreign = isFromEnvironment ? CommandNames(arguments).optionsOfOthers : []
    var options: [String] = []
    for group in groups {
      guard case .object(let members) = group else {
        throw Failure(
          "\(title): must contain one JSON object, such as {\"lr\": 0.001, \"epochs\": 10}.",
          .configuration)
      }
      // Keys with a capital letter record the origin of a run.
      for member in members
      where member.key.first?.isUppercase != true && !Variable.decides(member.key)
        && !Self.isTyped(member.key, in: arguments)
        && !isDecided(member.key, of: json, by: arguments) && !foreign.contains(member.key)
      {
        options += try option(member)
      }
    }
    return options
  }

  private func option(_ member: JSONValue.Member) throws(Failure) -> [String] {
    switch member.value {
    case .number(let number):
      let whole = Int(exactly: number).map { "\($0)" }
      return ["--\(member.key)=\(whole ?? "\(number)")"]
    case .string(let text): return ["--\(member.key)=\(text)"]
    case .boolean(true): return ["--\(member.key)"]
    case .boolean(false), .null: return []
    case .array, .object:
      throw Failure(
        "\(title): '\(member.key)' must be a number, a string, true, false or null.",
        .configuration)
    }
  }

  private func json() throws(Failure) -> JSONValue {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try MappedFile(path, limit: Self.maximumSize).withBytes { Array($0) }
    } catch {
      let origin = isFromEnvironment ? " $\(Variable.config.rawValue) names it." : ""
      throw Failure(error.description + origin, .inputMissing)
    }
    do throws(JSONError) {
      return try JSONValue(reading: Array(withoutByteOrderMark(bytes)))
    } catch {
      throw Failure("\(title): is not JSON \(error.description).", .configuration)
    }
  }
}
