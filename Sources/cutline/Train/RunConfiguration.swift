import Files
import Training

/// A training's settings, as `config.json` in its folder: what it was told, for people and other programs,
/// and for `--config` of another run.
struct RunConfiguration {
  static let schema = "cutline.run/1"

  let dataset: String
  /// All that the outcome depends on, by the names of the options.
  let settings: Checkpoint.Settings
  /// What the outcome does not depend on.
  let execution: Checkpoint.Settings

  func write(into run: String) throws(FileError) {
    let json: JSONValue = [
      "schema": .string(Self.schema), "cutline": .string(Cutline.configuration.version),
      "dataset": .string(dataset), "settings": Self.object(settings),
      "execution": Self.object(execution),
    ]
    try AtomicFile.write(json.prettyText + "\n", to: "\(run)/config.json", overwriting: true)
  }

  private static func object(_ settings: Checkpoint.Settings) -> JSONValue {
    .object(
      settings.map { name, value in
        let key = String(name.drop { $0 == "-" })
        // A fingerprint of digits alone is none the less a text.
        return .init(key, name.hasPrefix("-") ? Self.option(value) : .string(value))
      })
  }

  private static func option(_ value: String) -> JSONValue {
    switch value {
    case "none": .null
    case "true": .boolean(true)
    case "false": .boolean(false)
    // What a Double does not hold, such as some seeds, stays a text.
    default: Double(value).flatMap { $0.magnitude < 0x1p53 ? .number($0) : nil } ?? .string(value)
    }
  }
}
