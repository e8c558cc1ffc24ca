import Files

/// The settings of a training run, as `config.json` in its folder: for people, for other programs, and for
/// `--config` of another run.
package struct RunConfiguration {
  package static let schema = "cutline.run/1"

  /// The version of the program.
  let version: String
  let dataset: String
  /// The settings that the outcome depends on, by the names of the options.
  let settings: Checkpoint.Settings
  /// The settings that the outcome does not depend on.
  let execution: Checkpoint.Settings

  func write(into run: String) throws(FileError) {
    let json: JSONValue = [
      "schema": .string(Self.schema), "cutline": .string(version),
      "dataset": .string(dataset), "settings": Self.object(settings),
      "execution": Self.object(execution),
    ]
    try AtomicFile.write(json.prettyText + "\n", to: "\(run)/config.json", overwriting: true)
  }

  private static func object(_ settings: Checkpoint.Settings) -> JSONValue {
    .object(
      settings.map { name, value in
        let key = String(name.drop { $0 == "-" })
        // A fingerprint that is all digits is a text, too.
        return .init(key, name.hasPrefix("-") ? Self.option(value) : .string(value))
      })
  }

  private static func option(_ value: String) -> JSONValue {
    switch value {
    case "none": .null
    case "true": .boolean(true)
    case "false": .boolean(false)
    // Numbers that a Double cannot hold exactly, such as some seeds, stay texts.
    default: Double(value).flatMap { $0.magnitude < 0x1p53 ? .number($0) : nil } ?? .string(value)
    }
  }
}
