import Files
import ImageEncoders
import Layers
import Tensors

/// The rounding of a model's encoder to whole numbers, as its folder has it, and what that costs.
package struct ModelQuantization: Sendable, Equatable {
  package var quantization: Quantization
  /// The number of pictures that it was calibrated with.
  package var pictureCount: Int
  /// The quality of the captions in each precision; none if they were not measured.
  package var measurements: [Measurement] = []

  package init(_ quantization: Quantization, pictureCount: Int) {
    (self.quantization, self.pictureCount) = (quantization, pictureCount)
  }

  /// The quality of the captions that a model writes in one precision.
  package struct Measurement: Sendable, Equatable {
    package let precision: EncoderPrecision
    package let cider: Double
    package let bleu4: Double
    /// The share of captions that equal those in float32.
    package let sameShare: Double
    /// The number of pictures.
    package let pictureCount: Int

    package init(
      _ precision: EncoderPrecision, cider: Double, bleu4: Double, sameShare: Double,
      pictureCount: Int
    ) {
      (self.precision, self.cider, self.bleu4) = (precision, cider, bleu4)
      (self.sameShare, self.pictureCount) = (sameShare, pictureCount)
    }
  }
}

// MARK: The file

extension ModelQuantization {
  static let schema = "cutline.quantization/1"

  var json: JSONValue {
    .object([
      .init("schema", .string(Self.schema)),
      .init("pictures", .number(Double(pictureCount))),
      .init(
        "layers",
        .object(
          quantization.layers.sorted { $0.key < $1.key }.map { name, types in
            var maps: [JSONValue.Member] = [.init("input", types.input.json)]
            if let addend = types.addend { maps.append(.init("addend", addend.json)) }
            return .init(name, .object(maps + [.init("output", types.output.json)]))
          })),
      .init("kept", .array(quantization.kept.sorted().map { .string($0) })),
      .init("measured", .array(measurements.map(\.json))),
    ])
  }

  init(_ json: JSONValue) throws(ConfigurationProblem) {
    guard case .object(let layers)? = json["layers"] else {
      throw ConfigurationProblem(key: "layers", problem: "is not an object")
    }
    var found: [String: Quantization.LayerTypes] = [:]
    for layer in layers {
      func type(_ key: String) throws(ConfigurationProblem) -> ElementType {
        guard let type = ElementType(quantized: layer.value[key]) else {
          throw ConfigurationProblem(
            key: "layers.\(layer.key).\(key)", problem: "is not a type with a scale above 0")
        }
        return type
      }
      found[layer.key] = Quantization.LayerTypes(
        input: try type("input"),
        addend: layer.value["addend"] == nil ? nil : try type("addend"),
        output: try type("output"))
    }
    let kept = json["kept"]?.elements?.compactMap(\.string)
    guard let kept, Set(kept).isSubset(of: found.keys) else {
      throw ConfigurationProblem(key: "kept", problem: "is not a list of names of layers")
    }
    guard let count = json["pictures"]?.integer, count > 0 else {
      throw ConfigurationProblem(key: "pictures", problem: "is not a number above 0")
    }
    self.init(Quantization(layers: found, kept: Set(kept)), pictureCount: count)
    for element in json["measured"]?.elements ?? [] {
      guard let measurement = Measurement(element) else {
        throw ConfigurationProblem(key: "measured", problem: "has an entry that cannot be read")
      }
      measurements.append(measurement)
    }
  }
}

extension ModelQuantization.Measurement {
  fileprivate var json: JSONValue {
    .object([
      .init("precision", .string(precision.rawValue)), .init("cider", .number(cider)),
      .init("bleu4", .number(bleu4)), .init("same", .number(sameShare)),
      .init("pictures", .number(Double(pictureCount))),
    ])
  }

  fileprivate init?(_ json: JSONValue) {
    guard let precision = json["precision"]?.string.flatMap(EncoderPrecision.init(rawValue:)),
      let cider = json["cider"]?.number, let bleu4 = json["bleu4"]?.number,
      let same = json["same"]?.number, let count = json["pictures"]?.integer
    else { return nil }
    self.init(precision, cider: cider, bleu4: bleu4, sameShare: same, pictureCount: count)
  }
}

extension ElementType {
  fileprivate var json: JSONValue {
    switch self {
    case .int8(let scale):
      .object([.init("type", "int8"), .init("scale", .number(Double(scale)))])
    case .uint8(let scale):
      .object([.init("type", "uint8"), .init("scale", .number(Double(scale)))])
    case .float32, .bfloat16: preconditionFailure("quantization: \(self) has no scale")
    }
  }

  fileprivate init?(quantized json: JSONValue?) {
    guard let scale = json?["scale"]?.number.map(Float.init), scale > 0, scale.isFinite else {
      return nil
    }
    switch json?["type"]?.string {
    case "int8": self = .int8(scale: scale)
    case "uint8": self = .uint8(scale: scale)
    default: return nil
    }
  }
}

extension ModelDirectory {
  /// Reads the encoder's quantization; nil if the model has none.
  ///
  /// - Throws: `ModelError` if the file is damaged, or was written by a newer version.
  package func quantization() throws(ModelError) -> ModelQuantization? {
    let path = "\(path)/\(FileName.quantization)"
    guard isFile(path) else { return nil }
    let bytes = try bytes(of: path, limit: 1 << 24)
    let json: JSONValue
    do throws(JSONError) {
      json = try JSONValue(reading: bytes)
    } catch {
      throw ModelError(path, .notJSON(error))
    }
    guard json["schema"]?.string == ModelQuantization.schema else {
      throw ModelError(
        path,
        .newerSchema(json["schema"]?.string ?? "none", known: ModelQuantization.schema))
    }
    do throws(ConfigurationProblem) {
      return try ModelQuantization(json)
    } catch {
      throw ModelError(path, .configuration(key: error.key, problem: error.problem))
    }
  }

  /// Returns the types of the encoder's maps, if the model has them.
  ///
  /// - Throws: `ModelError` if the file is damaged, or names layers that the encoder does not have.
  func quantization(of encoder: some ImageEncoder) throws(ModelError) -> Quantization? {
    guard let quantization = try quantization()?.quantization else { return nil }
    let names = Set(encoder.parameters.map(\.parameter.name))
    for name in quantization.layers.keys.sorted() where !names.contains("\(name).weight") {
      throw ModelError(
        "\(path)/\(FileName.quantization)",
        .configuration(key: "layers.\(name)", problem: "is no layer of the encoder"))
    }
    return quantization
  }

  /// Writes a copy of the model with a quantization of its encoder.
  ///
  /// - Parameters:
  ///   - quantization: The quantization.
  ///   - path: The folder to write.
  ///   - isReplacing: True if an existing model may be replaced.
  /// - Throws: `ModelError` if the model is not whole; `FileError` for what cannot be written.
  package func write(
    _ quantization: ModelQuantization, to path: String, replacing isReplacing: Bool
  ) throws {
    try copy(to: path, replacing: isReplacing) { working in
      try AtomicFile.write(
        quantization.json.prettyText + "\n", to: "\(working)/\(FileName.quantization)")
      return [FileName.quantization]
    }
  }
}
