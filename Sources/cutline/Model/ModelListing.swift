import Captioning
import Files
import Media
import Reports

// Models as people and scripts read them.

extension ModelSummary {
  static let columns = ["NAME", "ENCODER", "DECODER", "SIZE", "PATH"]

  var row: [String] {
    [
      name, configuration.encoder.architecture.name,
      configuration.decoder?.type.entry.name ?? "-", megabytes(byteCount), path,
    ]
  }

  /// One line per fact.
  var details: [(String, String)] {
    let preprocessing = configuration.encoder.preprocessing
    var lines = [
      ("name", name), ("path", path), ("size", megabytes(byteCount)),
      (
        "encoder",
        "\(configuration.encoder.architecture.name), \(preprocessing.size) pixels square, "
          + "\(preprocessing.framing), padding \(configuration.encoder.padding.rawValue)"
          + (configuration.encoder.grid == 1
            ? "" : ", \(configuration.encoder.grid)×\(configuration.encoder.grid) parts")
      ),
    ]
    if let count = configuration.encoder.classCount {
      lines.append(("classifier", "\(count) classes"))
    }
    if let decoder = configuration.decoder {
      lines.append(("decoder", decoder.text))
      if let frames = configuration.frames { lines.append(("clips", frames.text)) }
      lines.append(
        ("search", "beam \(configuration.beamWidth), \(configuration.maximumWords) words at most"))
      if !wordRules.isEmpty { lines.append(("words", wordRules.joined(separator: ", "))) }
    } else {
      lines.append(("decoder", "none: has learned no captions yet"))
    }
    if isCalibrated { lines.append(("confidence", "calibrated")) }
    if let quantization { lines += quantization.lines }
    if let wordCount {
      let merges = mergeCount.map { " in pieces, \($0) merges" }
      lines.append(("vocabulary", "\(wordCount) words\(merges ?? "")"))
    }
    lines.append(("parameters", "\(parameterCount)"))
    lines += parts.map { ("  \($0.name)", "\($0.parameterCount)") }
    lines += notes
    lines += configuration.metrics.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
    return lines
  }

  /// The rules for the words of captions, as people say them.
  private var wordRules: [String] {
    let rules = configuration.search.rules
    var texts: [String] = []
    if rules.noRepeatWords { texts.append("none twice in a row") }
    if let size = rules.noRepeatNGramSize { texts.append("no \(size) in a row twice") }
    if rules.noBadEndings { texts.append("none at the end that something must follow") }
    if configuration.tagGuidance > 0 {
      texts.append("guided by tags, \(Double(configuration.tagGuidance).text(places: 1))")
    }
    return texts
  }

  private var notes: [(String, String)] {
    let provenance = configuration.provenance
    return [
      ("licence", provenance.license), ("started from", provenance.startedFrom),
      ("trained on", provenance.trainedOn),
    ].compactMap { name, note in note.map { (name, $0) } }
  }

  /// The members that `model list` prints for each model.
  var json: JSONValue { .object(members) }

  /// Returns the members that `model info` prints.
  func detailedJSON(checksums: String) -> JSONValue {
    let counts = parts.map { JSONValue.Member($0.name, .number(Double($0.parameterCount))) }
    return .object(
      members + [
        .init("parts", .object(counts)), .init("checksums", .string(checksums)),
        .init("config", configuration.json),
      ])
  }

  private var members: [JSONValue.Member] {
    [
      .init("name", .string(name)), .init("path", .string(path)),
      .init("encoder", .string(configuration.encoder.architecture.name)),
      .init("decoder", configuration.decoder.map { .string($0.type.entry.name) } ?? .null),
      .init("cell", configuration.decoder.map { .string($0.cell.entry.name) } ?? .null),
      .init("words", wordCount.map { .number(Double($0)) } ?? .null),
      .init("classes", configuration.encoder.classCount.map { .number(Double($0)) } ?? .null),
      .init("calibrated", .boolean(isCalibrated)),
      .init("quantized", .boolean(quantization != nil)),
      .init("parameters", .number(Double(parameterCount))),
      .init("bytes", .number(Double(byteCount))),
    ]
  }
}

extension ModelQuantization {
  /// The share of the encoder that is quantized, and the scores of each precision.
  fileprivate var lines: [(String, String)] {
    let kept = quantization.kept.count
    return [
      (
        "int8",
        "\(quantization.layers.count - kept) of \(quantization.layers.count) convolutions, by \(pictureCount) pictures"
      )
    ]
      + measurements.map { measured in
        (
          "  \(measured.precision.rawValue)",
          "CIDEr \(rounded(measured.cider)), BLEU-4 \(rounded(measured.bleu4)), "
            + "\(rounded(measured.sameShare * 100, 10)) % of captions as in f32"
        )
      }
  }

  private func rounded(_ value: Double, _ unit: Double = 1000) -> Double {
    (value * unit).rounded() / unit
  }
}

private func megabytes(_ byteCount: Int) -> String { "\(tenths(Double(byteCount) / 1e6)) MB" }

/// Lines of columns, as wide as their longest cell.
func table(_ rows: [[String]], under header: [String]) -> String { columnText([header] + rows) }

/// Lines of a name and a fact.
func listing(_ facts: [(String, String)]) -> String {
  let width = facts.map(\.0.count).max() ?? 0
  return facts.map { name, fact in
    name + String(repeating: " ", count: width - name.count + 2) + fact + "\n"
  }.joined()
}

extension DecoderConfiguration {
  /// Its parts, as `cutline train` takes them, and its sizes.
  fileprivate var text: String {
    let facts: [String?] = [
      type.text, cell.text, "embedding \(embeddingSize)", "hidden \(hiddenSize)",
      layerCount == 1 ? nil : "\(layerCount) \(isResidual ? "residual " : "")layers",
      isTied ? "tied words" : nil,
    ]
    return facts.compactMap { $0 }.joined(separator: ", ")
  }
}

extension ClipSampling.Frames {
  /// "every 10th frame, 59 at most".
  fileprivate var text: String {
    switch self {
    case .evenly(let count): "\(count) frames, evenly spread"
    case .every(let step, let most): "every \(ordinal(step)) frame, \(most) at most"
    }
  }

  private func ordinal(_ number: Int) -> String {
    let suffix =
      switch (number % 10, number % 100) {
      case (1, let rest) where rest != 11: "st"
      case (2, let rest) where rest != 12: "nd"
      case (3, let rest) where rest != 13: "rd"
      default: "th"
      }
    return "\(number)\(suffix)"
  }
}
