import Files
import Training

/// A training's settings, as `config.json` in its folder: what it was told, for people and other programs.
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
        let isOption = name.hasPrefix("-")
        let number = isOption ? Double(value).flatMap { $0.isFinite ? $0 : nil } : nil
        return .init(key, number.map(JSONValue.number) ?? .string(value))
      })
  }
}
