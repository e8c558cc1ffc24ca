import Files
import ImageEncoders
import Layers
import Media

/// `config.json`, read and written.
///
///     {
///       "schema": "cutline.model/2",
///       "encoder": {"type": "mobilenet_v2", "input": 224, "mean": […], "std": […],
///                   "resize": "squash-bilinear-antialias", "padding": "symmetric"},
///       "decoder": {
///         "type": "show_attend_tell", "embed": 512, "hidden": 512,
///         "annotation_size": 512, "attention_size": 512,
///         "cell": {"type": "gru", "layers": 2, "residual": true, "reset": "after"},
///         "tied": true
///       },
///       "frames": 8,
///       "decode": {"beam": 3, "max_words": 20, "length_penalty": "average", "no_repeat": 3,
///                  "no_repeat_words": true, "no_bad_endings": true},
///       "license": "Apache-2.0", "started_from": "…", "trained_on": "…", "metrics": {"cider": 0.5}
///     }
///
/// `type` is that of an entry of `EncoderArchitecture`, `DecoderType` or `CellType`, and the options of the
/// entry stand beside it. An encoder that has learned no captions yet has no `decoder`. Optional are `grid`,
/// `classes` and `resize_value` of the encoder; the options of decoder and cell, `layers`, `residual` and `tied`;
/// `frames`, which only a model for clips has, and all that follow. Unknown keys are left alone: a newer
/// Cutline may have added them. `cutline.model/1` is read by `upgraded`.
extension ModelConfiguration {
  /// The schema that is written.
  package static let schema = "\(schemaName)\(schemaVersion)"
  private static let schemaName = "cutline.model/"
  private static let schemaVersion = 2

  /// Returns the schema of `json` if only a newer Cutline can read it; nil otherwise.
  package static func newerSchema(of json: JSONValue) -> String? {
    guard let schema = json["schema"]?.string, schema.hasPrefix(schemaName),
      let version = Int(schema.dropFirst(schemaName.count)), version > schemaVersion
    else { return nil }
    return schema
  }

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
    if let size = rules.noRepeatNGramSize {
      decode.append(.init("no_repeat", .number(Double(size))))
    }
    if rules.noRepeatWords { decode.append(.init("no_repeat_words", true)) }
    if rules.noBadEndings { decode.append(.init("no_bad_endings", true)) }
    if tagGuidance > 0 { decode.append(.init("tag_guidance", .rounded(Double(tagGuidance)))) }
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
    let schema = try ConfigurationFields(json, in: "").string("schema")
    switch schema {
    case Self.schema: try self.init(current: json)
    case Self.formerSchema: try self.init(former: json)
    default:
      throw ConfigurationProblem(
        key: "schema",
        problem: "is \"\(schema)\", not \"\(Self.schema)\" or \"\(Self.formerSchema)\"")
    }
  }

  /// Reads JSON of the schema that is written.
  init(current json: JSONValue) throws(ConfigurationProblem) {
    let fields = ConfigurationFields(json, in: "")
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
        rules.noRepeatNGramSize = try decode.integer("no_repeat", in: 1...1000)
      }
      rules.noRepeatWords = try decode.flag("no_repeat_words")
      rules.noBadEndings = try decode.flag("no_bad_endings")
      if decode.json["tag_guidance"] != nil {
        tagGuidance = Float(try decode.number("tag_guidance", in: 0...100))
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
      .init("type", .string(architecture.name)),
      .init("input", .number(Double(preprocessing.size))),
      .init("mean", .array(preprocessing.mean.map { .number(Self.shortest($0)) })),
      .init("std", .array(preprocessing.deviation.map { .number(Self.shortest($0)) })),
      .init("resize", .string(rule.name)),
    ]
    if let value = rule.value { members.append(.init("resize_value", .number(value))) }
    if preprocessing.filter != .bilinear {
      members.append(.init("filter", .string(preprocessing.filter.rawValue)))
    }
    members.append(.init("padding", .string(padding.rawValue)))
    if let classCount { members.append(.init("classes", .number(Double(classCount)))) }
    if grid > 1 { members.append(.init("grid", .number(Double(grid)))) }
    return .object(members)
  }

  init(_ fields: ConfigurationFields) throws(ConfigurationProblem) {
    let type = try fields.entry("type", EncoderArchitecture.self)
    let framing = try ImagePreprocessing.Framing(
      rule: try fields.string("resize"), value: fields.json["resize_value"]?.number,
      key: fields.path("resize"))
    let size = try fields.integer("input", in: type.inputSizes)
    if case .shorterSide(let side) = framing, side < size {
      throw ConfigurationProblem(
        key: fields.path("resize_value"), problem: "is \(side), but 'input' needs at least \(size)")
    }
    let preprocessing = ImagePreprocessing(
      framing: framing, size: size,
      filter: try fields.choice("filter", ResamplingFilter.self, default: .bilinear),
      mean: try fields.threeNumbers("mean"),
      deviation: try fields.threeNumbers("std"))
    guard preprocessing.deviation.allSatisfy({ $0 > 0 }) else {
      throw ConfigurationProblem(key: fields.path("std"), problem: "must be above 0")
    }
    self.init(
      type,
      padding: try fields.choice("padding", PaddingStyle.self, default: type.publishedPadding),
      preprocessing: preprocessing)
    if fields.json["classes"] != nil {
      classCount = try fields.integer("classes", in: 2...1_000_000)
      guard type.classifier != nil else {
        throw ConfigurationProblem(
          key: fields.path("classes"), problem: "is set, but \(type.name) has no classifier")
      }
    }
    if fields.json["grid"] != nil { grid = try fields.integer("grid", in: 1...8) }
    guard grid == 1 || classCount == nil else {
      throw ConfigurationProblem(
        key: fields.path("grid"), problem: "is \(grid), but a classifier reads the mean of the map")
    }
  }

  /// The decimal number that a person would have written for `value`.
  private static func shortest(_ value: Float) -> Double { Double("\(value)") ?? Double(value) }
}

extension ImagePreprocessing.Framing {
  /// The rule's name and value in `config.json`.
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
          "is \"\(rule)\" with the value \(value.map { "\($0)" } ?? "none"), which is not a "
          + "known rule")
    }
  }
}
