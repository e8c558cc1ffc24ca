import Files
import ImageEncoders
import Layers
import Media

// `config.json`, read and written. Unknown keys are left alone: a newer Cutline may have added them.

extension ModelConfiguration {
  package static let schema = "cutline.model/1"

  package var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("schema", .string(Self.schema)), .init("encoder", encoder.json),
    ]
    if let decoder { members.append(.init("decoder", decoder.json)) }
    if let frames { members.append(.init("frames", frames.json)) }
    var decode: [JSONValue.Member] = [
      .init("beam", .number(Double(beamWidth))), .init("max_words", .number(Double(maximumWords))),
    ]
    if let penalty = lengthPenalty.json { decode.append(.init("length_penalty", penalty)) }
    if let unrepeatedCount {
      decode.append(.init("no_repeat", .number(Double(unrepeatedCount))))
    }
    members.append(.init("decode", .object(decode)))
    let notes = [
      ("license", provenance.license), ("started_from", provenance.startedFrom),
      ("trained_on", provenance.trainedOn),
    ]
    for (key, note) in notes {
      if let note { members.append(.init(key, .string(note))) }
    }
    let scores = metrics.sorted { $0.key < $1.key }.map { name, value in
      JSONValue.Member(name, .number(value))
    }
    if !scores.isEmpty { members.append(.init("metrics", .object(scores))) }
    return .object(members)
  }

  package init(_ json: JSONValue) throws(ConfigurationProblem) {
    let fields = ConfigurationFields(json, in: "")
    let schema = try fields.string("schema")
    guard schema == Self.schema else {
      throw ConfigurationProblem(key: "schema", problem: "is \"\(schema)\", not \"\(Self.schema)\"")
    }
    self.init(encoder: try EncoderConfiguration(try fields.object("encoder")))
    if json["decoder"] != nil {
      decoder = try DecoderConfiguration(try fields.object("decoder"))
    }
    if json["frames"] != nil { frames = try fields.frames("frames") }
    if json["decode"] != nil {
      let decode = try fields.object("decode")
      beamWidth = try decode.integer("beam", in: 1...1000)
      maximumWords = try decode.integer("max_words", in: 1...1000)
      lengthPenalty = try decode.lengthPenalty("length_penalty")
      if decode.json["no_repeat"] != nil {
        unrepeatedCount = try decode.integer("no_repeat", in: 1...1000)
      }
    }
    provenance = Provenance(
      license: json["license"]?.string, startedFrom: json["started_from"]?.string,
      trainedOn: json["trained_on"]?.string)
    if case .object(let scores) = json["metrics"] {
      for score in scores { metrics[score.key] = score.value.number }
    }
  }
}

extension EncoderConfiguration {
  var json: JSONValue {
    let rule = preprocessing.framing.rule
    var members: [JSONValue.Member] = [
      .init("type", .string(architecture.rawValue)),
      .init("input", .number(Double(preprocessing.size))),
      .init("mean", .array(preprocessing.mean.map { .number(Self.shortest($0)) })),
      .init("std", .array(preprocessing.deviation.map { .number(Self.shortest($0)) })),
      .init("resize", .string(rule.name)),
    ]
    if let value = rule.value { members.append(.init("resize_value", .number(value))) }
    members.append(.init("padding", .string(padding.rawValue)))
    if grid > 1 { members.append(.init("grid", .number(Double(grid)))) }
    return .object(members)
  }

  init(_ fields: ConfigurationFields) throws(ConfigurationProblem) {
    let type = try fields.choice("type", EncoderArchitecture.self)
    let framing = try ImagePreprocessing.Framing(
      rule: try fields.string("resize"), value: fields.json["resize_value"]?.number,
      key: fields.path("resize"))
    let size = try fields.integer("input", in: type.inputSizes)
    if case .shorterSide(let side) = framing, side < size {
      throw ConfigurationProblem(
        key: fields.path("resize_value"), problem: "is \(side), but 'input' needs at least \(size)")
    }
    let preprocessing = ImagePreprocessing(
      framing: framing, size: size, mean: try fields.threeNumbers("mean"),
      deviation: try fields.threeNumbers("std"))
    guard preprocessing.deviation.allSatisfy({ $0 > 0 }) else {
      throw ConfigurationProblem(key: fields.path("std"), problem: "must be above 0")
    }
    self.init(
      type, padding: try fields.choice("padding", PaddingStyle.self, default: .symmetric),
      preprocessing: preprocessing)
    if fields.json["grid"] != nil { grid = try fields.integer("grid", in: 1...8) }
  }

  /// The decimal number that a person would have written for `value`.
  private static func shortest(_ value: Float) -> Double { Double("\(value)") ?? Double(value) }
}

extension ImagePreprocessing.Framing {
  /// How the rule is written down.
  package var rule: (name: String, value: Double?) {
    switch self {
    case .squash: ("squash-bilinear-antialias", nil)
    case .shorterSide(let side): ("shorter-side-bilinear-antialias", Double(side))
    case .centralFraction(let fraction): ("central-fraction-bilinear-antialias", fraction)
    }
  }

  package init(rule: String, value: Double?, key: String) throws(ConfigurationProblem) {
    switch (rule, value) {
    case ("squash-bilinear-antialias", _): self = .squash
    case ("shorter-side-bilinear-antialias", .some(let side)) where (32...4096).contains(side):
      self = .shorterSide(Int(side))
    case ("central-fraction-bilinear-antialias", .some(let share)) where share > 0.1 && share <= 1:
      self = .centralFraction(share)
    default:
      throw ConfigurationProblem(
        key: key,
        problem:
          "is \"\(rule)\" with the value \(value.map { "\($0)" } ?? "none"), which is no rule "
          + "we know")
    }
  }
}

extension DecoderConfiguration {
  var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("type", .string(cell.rawValue)), .init("embed", .number(Double(embeddingSize))),
      .init("hidden", .number(Double(hiddenSize))), .init("layers", .number(Double(layerCount))),
    ]
    if gruReset != .after { members.append(.init("gru_reset", .string(gruReset.rawValue))) }
    if isResidual { members.append(.init("residual", true)) }
    let names = reading.names
    members += [
      .init("attention", .string(names.attention.rawValue)),
      .init("image", .string(names.image.rawValue)),
    ]
    switch reading {
    case .attention(_, let annotationSize, let attentionSize):
      members += [
        .init("annotation", .number(Double(annotationSize))),
        .init("attention_size", .number(Double(attentionSize))),
      ]
    case .everyWord(true): members.append(.init("factored", true))
    case .labels: members.append(.init("task", .string(TaskName.classify.rawValue)))
    case .first, .everyWord, .frames: break
    }
    if isTied { members.append(.init("tied", true)) }
    return .object(members)
  }

  init(_ fields: ConfigurationFields) throws(ConfigurationProblem) {
    self.init(
      cell: try fields.choice("type", CellKind.self),
      embeddingSize: try fields.integer("embed", in: 1...65536),
      hiddenSize: try fields.integer("hidden", in: 1...65536))
    if fields.json["layers"] != nil { layerCount = try fields.integer("layers", in: 1...64) }
    gruReset = try fields.choice("gru_reset", GRU.Reset.self, default: .after)
    isResidual = try fields.flag("residual")
    reading = try fields.reading()
    isTied = try fields.flag("tied")
    if let (key, problem) = problem {
      throw ConfigurationProblem(key: fields.path(key), problem: problem)
    }
  }
}

/// What configurations call the ways of reading.
private enum AttentionName: String, CaseIterable { case none, soft, temporal }
private enum ImageName: String, CaseIterable {
  case first
  case initialState = "initial_state"
  case everyWord = "every_word"
  case frames
}
private enum TaskName: String, CaseIterable { case caption, classify }

extension DecoderConfiguration.Reading {
  fileprivate var names: (attention: AttentionName, image: ImageName) {
    switch self {
    case .first: (.none, .first)
    case .everyWord: (.none, .everyWord)
    case .attention(.positions, _, _): (.soft, .initialState)
    case .attention(.frames, _, _): (.temporal, .initialState)
    case .frames, .labels: (.none, .frames)
    }
  }
}

extension ConfigurationFields {
  fileprivate func reading() throws(ConfigurationProblem) -> DecoderConfiguration.Reading {
    let task = try choice("task", TaskName.self, default: .caption)
    let attention = try choice("attention", AttentionName.self, default: AttentionName.none)
    let image = try choice(
      "image", ImageName.self, default: attention == .none ? .first : .initialState)
    let reading: DecoderConfiguration.Reading
    switch (attention, image) {
    case _ where task == .classify: reading = .labels
    case (.none, .everyWord): reading = .everyWord(isFactored: try flag("factored"))
    case (.none, .frames): reading = .frames
    case (.none, _): reading = .first
    case (.soft, _), (.temporal, _):
      reading = .attention(
        attention == .soft ? .positions : .frames,
        annotationSize: try integer("annotation", in: 1...65536),
        attentionSize: try integer("attention_size", in: 1...65536))
    }
    let other = task == .classify ? "task" : "attention"
    guard reading.names.attention == attention else {
      throw ConfigurationProblem(
        key: path("attention"),
        problem: "is \"\(attention.rawValue)\"; with this \(other) it can only be "
          + "\"\(reading.names.attention.rawValue)\"")
    }
    guard reading.names.image == image else {
      throw ConfigurationProblem(
        key: path("image"),
        problem: "is \"\(image.rawValue)\"; with this \(other) it can only be "
          + "\"\(reading.names.image.rawValue)\"")
    }
    return reading
  }

  fileprivate func frames(_ key: String) throws(ConfigurationProblem) -> ClipSampling.Frames {
    guard let value = json[key], let frames = ClipSampling.Frames(json: value) else {
      throw ConfigurationProblem(
        key: path(key),
        problem: "must be a number from 1 to 1000, or {\"every\": n, \"at_most\": m}")
    }
    return frames
  }
}

/// Which setting of a configuration cannot be used, and why.
package struct ConfigurationProblem: Error, Sendable, Equatable {
  package let key: String
  package let problem: String
}

/// An object of a configuration, whose members are checked as they are read.
struct ConfigurationFields {
  let json: JSONValue
  private let name: String

  init(_ json: JSONValue, in name: String) { (self.json, self.name) = (json, name) }

  func path(_ key: String) -> String { name.isEmpty ? key : "\(name).\(key)" }

  func object(_ key: String) throws(ConfigurationProblem) -> ConfigurationFields {
    guard let value = json[key], case .object = value else { throw wrong(key, "an object") }
    return ConfigurationFields(value, in: path(key))
  }

  func string(_ key: String) throws(ConfigurationProblem) -> String {
    guard let value = json[key]?.string else { throw wrong(key, "a text") }
    return value
  }

  func integer(_ key: String, in range: ClosedRange<Int>) throws(ConfigurationProblem) -> Int {
    guard let value = json[key]?.integer, range.contains(value) else {
      throw wrong(key, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// False where nothing is said.
  func flag(_ key: String) throws(ConfigurationProblem) -> Bool {
    switch json[key] {
    case nil: false
    case .boolean(let value): value
    default: throw wrong(key, "true or false")
    }
  }

  func threeNumbers(_ key: String) throws(ConfigurationProblem) -> [Float] {
    let numbers = json[key]?.elements?.compactMap(\.number).map(Float.init) ?? []
    guard numbers.count == 3, json[key]?.elements?.count == 3, numbers.allSatisfy(\.isFinite) else {
      throw wrong(key, "three numbers")
    }
    return numbers
  }

  func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, _: Choice.Type, default fallback: Choice? = nil
  ) throws(ConfigurationProblem) -> Choice where Choice.RawValue == String {
    if json[key] == nil, let fallback { return fallback }
    guard let value = json[key]?.string.flatMap(Choice.init) else {
      throw wrong(key, "one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return value
  }

  func lengthPenalty(_ key: String) throws(ConfigurationProblem) -> LengthPenalty {
    guard let value = json[key] else { return .none }
    guard let penalty = LengthPenalty(json: value) else {
      throw wrong(key, "\"average\" or a number from 0 to 10")
    }
    return penalty
  }

  private func wrong(_ key: String, _ expected: String) -> ConfigurationProblem {
    let found = json[key].map { "is \($0.compactText.prefix(60))" } ?? "is missing"
    return ConfigurationProblem(key: path(key), problem: "\(found), but must be \(expected)")
  }
}
