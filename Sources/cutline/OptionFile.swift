import Files

/// Options in a JSON file, which `--config FILE` puts before those that are typed, so that these win.
///
///     {"embed": 128, "lr": 0.001, "nesterov": true, "clip-value": null}
///
/// A key is an option without its dashes; true gives a flag, false and null leave an option out. The
/// `config.json` of a run is such a file, too: another run with it does the same.
enum OptionFile {
  /// As large as a file of options may be, in bytes.
  private static let maximumSize = 1 << 20

  /// The arguments with the options of the file that they name, if they name one.
  ///
  /// - Throws: `Failure` that names the file and what is wrong with it.
  static func expanding(_ arguments: [String]) throws(Failure) -> [String] {
    guard let path = path(in: arguments) else { return arguments }
    // Behind the names of the command, and before all that could be typed to count more.
    let start = arguments.firstIndex { $0.hasPrefix("-") && $0 != "-" } ?? arguments.endIndex
    return try arguments[..<start] + options(in: path) + arguments[start...]
  }

  /// The file that the arguments name, if they name one.
  static func path(in arguments: [String]) -> String? {
    let options = Array(arguments.prefix { $0 != "--" })
    if let index = options.lastIndex(of: "--config") {
      return options.indices.contains(index + 1) ? options[index + 1] : nil
    }
    let prefix = "--config="
    return options.last { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
  }

  private static func options(in path: String) throws(Failure) -> [String] {
    let json = try json(in: path)
    let groups =
      json["schema"]?.string == RunConfiguration.schema
      ? [json["settings"], json["execution"]] : [json]
    var options: [String] = []
    for group in groups {
      guard case .object(let members) = group else {
        throw Failure(
          "\(path): must hold one JSON object, such as {\"lr\": 0.001, \"epochs\": 10}.",
          .configuration)
      }
      // What starts with a capital tells where a run came from.
      for member in members where member.key.first?.isUppercase != true {
        switch member.value {
        case .number(let number):
          let whole = Int(exactly: number).map { "\($0)" }
          options.append("--\(member.key)=\(whole ?? "\(number)")")
        case .string(let text): options.append("--\(member.key)=\(text)")
        case .boolean(true): options.append("--\(member.key)")
        case .boolean(false), .null: break
        case .array, .object:
          throw Failure(
            "\(path): '\(member.key)' must be a number, a text, true, false or null.",
            .configuration)
        }
      }
    }
    return options
  }

  private static func json(in path: String) throws(Failure) -> JSONValue {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try MappedFile(path, limit: maximumSize).withBytes { Array($0) }
    } catch {
      throw Failure(error.description, .inputMissing)
    }
    do throws(JSONError) {
      return try JSONValue(reading: bytes)
    } catch {
      throw Failure("\(path): is not JSON \(error.description).", .configuration)
    }
  }
}
