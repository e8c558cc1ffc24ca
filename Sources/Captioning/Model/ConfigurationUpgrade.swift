import Files

// `config.json` of the schema `cutline.model/1`, whose `decoder.type` was the type of the cell, and whose
// `attention`, `image` and `task` were the type of the decoder.

extension ModelConfiguration {
  static let formerSchema = "cutline.model/1"

  /// Reads JSON of the former schema; problems are named by its keys.
  init(former json: JSONValue) throws(ConfigurationProblem) {
    let upgraded = try Self.upgraded(json)
    do throws(ConfigurationProblem) {
      try self.init(current: upgraded)
    } catch {
      throw ConfigurationProblem(
        key: Self.formerKeys[error.key] ?? error.key, problem: error.problem)
    }
  }

  private static let formerKeys = [
    "decoder.cell.type": "decoder.type", "decoder.cell.layers": "decoder.layers",
    "decoder.cell.residual": "decoder.residual", "decoder.cell.reset": "decoder.gru_reset",
  ]

  /// Returns JSON of the schema `cutline.model/1` rewritten as `cutline.model/2`.
  ///
  /// - Throws: `ConfigurationProblem` if `attention`, `image` and `task` do not go together.
  static func upgraded(_ json: JSONValue) throws(ConfigurationProblem) -> JSONValue {
    guard case .object(let members) = json else { return json }
    var upgraded: [JSONValue.Member] = []
    for member in members {
      switch (member.key, member.value) {
      case ("schema", _): upgraded.append(.init("schema", .string(schema)))
      case ("decoder", .object(let decoder)):
        upgraded.append(.init("decoder", try Self.decoder(decoder)))
      default: upgraded.append(member)
      }
    }
    return .object(upgraded)
  }

  private static func decoder(
    _ members: [JSONValue.Member]
  ) throws(ConfigurationProblem) -> JSONValue {
    let former = ConfigurationFields(.object(members), in: "decoder")
    let type = try FormerDecoder(former)
    var decoder: [JSONValue.Member] = [.init("type", .string(type.type))]
    if type.attends {
      for (old, new) in [("annotation", "annotation_size"), ("attention_size", "attention_size")] {
        let size = try former.integer(old, in: 1...65536)
        decoder.append(.init(new, .number(Double(size))))
      }
    }
    try type.checkAgreement(with: former)
    if type == .lrcn { decoder.append(.init("factored", .boolean(try former.flag("factored")))) }

    var cell = former.json["type"].map { [JSONValue.Member("type", $0)] } ?? []
    cell.append(.init("layers", former.json["layers"] ?? 1))
    if let residual = former.json["residual"] { cell.append(.init("residual", residual)) }
    if former.json["type"] == "gru", let reset = former.json["gru_reset"] {
      cell.append(.init("reset", reset))
    }
    decoder.append(.init("cell", .object(cell)))
    return .object(decoder + members.filter { !rewritten.contains($0.key) })
  }

  /// The keys of the former decoder that are not taken over as they are.
  private static let rewritten: Set = [
    "type", "layers", "residual", "gru_reset", "attention", "image", "annotation", "attention_size",
    "factored", "task",
  ]
}

/// A decoder as the former schema described it.
private struct FormerDecoder: Equatable {
  /// Its type in the schema that followed.
  let type: String
  let attention: Attention
  let image: Image

  enum Attention: String, CaseIterable { case none, soft, temporal }
  enum Image: String, CaseIterable {
    case first
    case initialState = "initial_state"
    case everyWord = "every_word"
    case frames
  }
  enum Task: String, CaseIterable { case caption, classify }

  private init(_ type: String, _ attention: Attention, _ image: Image) {
    (self.type, self.attention, self.image) = (type, attention, image)
  }

  static let lrcn = FormerDecoder("lrcn", .none, .everyWord)

  var attends: Bool { attention != .none }

  /// - Throws: `ConfigurationProblem` if `attention`, `image` or `task` has an unknown value.
  init(_ fields: ConfigurationFields) throws(ConfigurationProblem) {
    let (task, attention, image) = try Self.choices(fields)
    self =
      switch (attention, image) {
      case _ where task == .classify: FormerDecoder("frame_classifier", .none, .frames)
      case (.soft, _): FormerDecoder("show_attend_tell", .soft, .initialState)
      case (.temporal, _): FormerDecoder("temporal_attention", .temporal, .initialState)
      case (.none, .everyWord): .lrcn
      case (.none, .frames): FormerDecoder("s2vt", .none, .frames)
      case (.none, _): FormerDecoder("show_and_tell", .none, .first)
      }
  }

  private static func choices(
    _ fields: ConfigurationFields
  ) throws(ConfigurationProblem) -> (Task, Attention, Image) {
    let attention = try fields.choice("attention", Attention.self, default: Attention.none)
    return (
      try fields.choice("task", Task.self, default: .caption), attention,
      try fields.choice(
        "image", Image.self, default: attention == .none ? .first : .initialState)
    )
  }

  /// Throws if `attention`, `image` and `task` do not go together.
  func checkAgreement(with fields: ConfigurationFields) throws(ConfigurationProblem) {
    let (task, attention, image) = try Self.choices(fields)
    let other = task == .classify ? "task" : "attention"
    func agree(_ key: String, _ found: String, _ needed: String) throws(ConfigurationProblem) {
      guard found != needed else { return }
      throw ConfigurationProblem(
        key: fields.path(key),
        problem: "is \"\(found)\"; with this \(other) it can only be \"\(needed)\"")
    }
    try agree("attention", attention.rawValue, self.attention.rawValue)
    try agree("image", image.rawValue, self.image.rawValue)
  }
}
