import Captioning
import Files
import Foundation
import ImageEncoders
import Layers
import Tensors
import TestSupport
import Text

/// An untrained captioner with twelve words, which gives every image a caption.
struct SampleModel {
  let folder: TemporaryFolder
  var path: String { "\(folder.path)/tiny" }

  static let words = [
    "a", "dog", "cat", "house", "car", "on", "the", "grass", "runs", "red", "near", "water",
  ]

  /// Writes the model into a new folder.
  init(
    precision: ElementType = .float32, hasAttention: Bool = false, attendsToFrames: Bool = false
  ) throws {
    folder = try TemporaryFolder()
    let contents =
      attendsToFrames
      ? Self.temporalContents : hasAttention ? Self.attentiveContents : Self.contents
    try contents.get().write(to: path, precision: precision)
  }

  /// Replaces the weights by what `edit` makes of them, and lists the new checksums.
  func rewriteWeights(_ edit: (inout [(name: String, value: Tensor)]) -> Void) throws {
    var tensors = try Self.contents.get().parameters
    edit(&tensors)
    try WeightsFile.write(tensors, to: "\(path)/model.safetensors", overwriting: true)
    try updateChecksums()
  }

  /// Replaces a file, and lists the new checksums.
  func rewrite(_ name: String, with text: String) throws {
    try AtomicFile.write(text, to: "\(path)/\(name)", overwriting: true)
    try updateChecksums()
  }

  func text(of name: String) throws -> String {
    try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
  }

  func remove(_ name: String) throws {
    try FileManager.default.removeItem(atPath: "\(path)/\(name)")
  }

  private func updateChecksums() throws {
    let names = try namesInFolder(path).filter { $0 != "SHA256SUMS" }
    let list = try ChecksumList(of: names, in: path)
    try AtomicFile.write(list.text, to: "\(path)/SHA256SUMS", overwriting: true)
  }

  /// Made once: drawing the weights takes a while without optimisation.
  private static let contents = Result { try makeContents(Configured(.showAndTell)) }
  private static let attentiveContents = Result {
    try makeContents(DecoderType.showAttendTell.with(annotationSize: 12, attentionSize: 8))
  }
  private static let temporalContents = Result {
    try makeContents(DecoderType.temporalAttention.with(annotationSize: 12, attentionSize: 8))
  }

  private static func makeContents(
    _ type: Configured<DecoderType>
  ) throws -> SendableContents {
    var counts = WordCounts()
    for (index, word) in words.enumerated() {
      for _ in index..<words.count + 5 { counts.add([word]) }
    }
    let vocabulary = Vocabulary(counts, minimumCount: 5)
    var configuration = ModelConfiguration(encoder: EncoderConfiguration(.smallCNN))
    let decoder = DecoderConfiguration(type, embeddingSize: 16, hiddenSize: 16)
    configuration.decoder = decoder
    configuration.maximumWords = 8
    configuration.provenance.license = "CC0-1.0"
    let encoder = configuration.encoder.makeEncoder()
    var model = CaptionModel(
      encoder: encoder,
      decoder: decoder.makeDecoder(reading: encoder, vocabularySize: vocabulary.count))
    var random = SeededGenerator(seed: 7)
    model.initialize(using: &random)
    let parameters = model.parameters.map { parameter, value in
      // Larger weights than at initialisation, where all images get the same caption.
      (name: parameter.name, value: parameter.name.hasPrefix("encoder.") ? value : value * 4)
    }
    return SendableContents(
      configuration: configuration, parameters: parameters, vocabulary: vocabulary,
      counts: counts)
  }

  private struct SendableContents: Sendable {
    let configuration: ModelConfiguration
    let parameters: [(name: String, value: Tensor)]
    let vocabulary: Vocabulary
    let counts: WordCounts

    func write(to path: String, precision: ElementType) throws {
      try ModelDirectory.write(
        .init(
          configuration: configuration, parameters: parameters, words: (vocabulary, counts),
          card: "# A model for tests\n"),
        to: path, precision: precision)
    }
  }
}
