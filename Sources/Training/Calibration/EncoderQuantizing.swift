import Captioning
import ImageEncoders
import Layers
import Media
import Reports
import Tensors

/// Measures how the maps of a model's encoder are rounded to 8 bits, with pictures like those that it will caption.
package struct EncoderQuantizing {
  /// The pictures and clips to measure with.
  package var examples: [TrainingExample]
  /// The number of pictures that are decoded at once.
  package var threadCount = 1
  /// The share of the features' magnitude that rounding a single layer may change; layers that change more stay in
  /// floating point.
  package var tolerance: Float = 0.1

  /// The name of the set of pictures, for messages.
  private let name: String

  package init(_ examples: [TrainingExample], named name: String) {
    (self.examples, self.name) = (examples, name)
  }

  private static let batchSize = 8
  /// The number of pictures that each layer's error is measured with.
  private static let judgedCount = 16

  package struct Outcome {
    package let quantization: ModelQuantization
    /// The error of the features, as a share of their magnitude: of all layers together, and of each by itself.
    package let error: Float
    package let errors: [(name: String, error: Float)]
  }

  /// - Parameters:
  ///   - directory: The model.
  ///   - shouldStop: Returns true to stop.
  ///   - report: Takes progress.
  /// - Returns: The types of all maps, and the errors.
  /// - Throws: `CancellationError` if it was stopped; an error of the model or of a picture.
  package func run(
    _ directory: ModelDirectory, shouldStop: @escaping () -> Bool,
    report: @escaping (TrainingEvent) -> Void
  ) throws -> Outcome {
    let configuration = try directory.configuration()
    let encoder = try directory.encoder(configuration.encoder)
    var loader = PictureLoader(
      configuration.encoder.preprocessing, frames: configuration.frames ?? .evenly(16))
    loader.threadCount = threadCount
    return try run(encoder, loader, shouldStop, report)
  }

  private func run(
    _ encoder: some ImageEncoder, _ loader: PictureLoader, _ shouldStop: () -> Bool,
    _ report: @escaping (TrainingEvent) -> Void
  ) throws -> Outcome {
    var pass = Pass("pictures measured", of: examples.count, report)
    var judged: [Tensor] = []
    var pictureCount = 0
    var (first, areAllEqual): ([UInt8]?, Bool) = (nil, true)
    var quantization = try encoder.calibrate { (encoder) throws in
      for start in stride(from: 0, to: examples.count, by: Self.batchSize) {
        if shouldStop() { throw CancellationError() }
        let part = examples[start..<min(start + Self.batchSize, examples.count)]
        let images = try loader.images(of: Array(part), epoch: 0).joined()
        if first == nil { first = images.first?.pixels }
        areAllEqual = areAllEqual && images.allSatisfy { $0.pixels == first }
        let pixels = loader.preprocessing.tensor(inputs: Array(images))
        _ = encoder.featuresByPicture(pixels, .pooled)
        pictureCount += images.count
        if judged.count * Self.batchSize < Self.judgedCount { judged.append(pixels) }
        pass.advance(by: part.count)
      }
    }
    pass.finish()
    if areAllEqual {
      throw TrainingError(
        .data,
        "\(name): all pictures are the same. Name pictures like those that the model will caption.")
    }
    guard !quantization.layers.isEmpty else {
      throw TrainingError(
        .choice, "the encoder has no layers that can be quantized: convolutions with a norm.")
    }
    let wanted = judged.map { encoder.foldingNorms().features($0) }
    func error(_ quantization: Quantization) -> Float {
      let quantized = encoder.quantized(by: quantization)
      return relativeError(judged.map { quantized.features($0) }, wanted)
    }
    var layers = Pass("layers judged", of: quantization.layers.count, report)
    var errors: [(name: String, error: Float)] = []
    for (layer, types) in quantization.layers.sorted(by: { $0.key < $1.key }) {
      if shouldStop() { throw CancellationError() }
      errors.append((layer, error(Quantization(layers: [layer: types]))))
      layers.advance(by: 1)
    }
    layers.finish()
    errors.sort { $0.error > $1.error }
    quantization.kept = Set(errors.filter { $0.error > tolerance }.map(\.name))
    return Outcome(
      quantization: ModelQuantization(quantization, pictureCount: pictureCount),
      error: error(quantization), errors: errors)
  }
}

/// Returns the magnitude of the difference as a share of that of `wanted`.
private func relativeError(_ found: [Tensor], _ wanted: [Tensor]) -> Float {
  var (difference, magnitude) = (0.0, 0.0)
  for (a, b) in zip(found, wanted) {
    difference += (a.converted(to: .float32) - b).sumOfSquares
    magnitude += b.sumOfSquares
  }
  return Float((difference / max(magnitude, 1e-30)).squareRoot())
}

/// The progress of one part of the work.
private struct Pass {
  private let name: String
  private let total: Int
  private let report: (TrainingEvent) -> Void
  private var done = 0
  private let start = ContinuousClock.now

  init(_ name: String, of total: Int, _ report: @escaping (TrainingEvent) -> Void) {
    (self.name, self.total, self.report) = (name, total, report)
  }

  mutating func advance(by count: Int) {
    done += count
    report(.progress(progress))
  }

  func finish() { report(.finished(progress)) }

  private var progress: ProgressReport {
    ProgressReport(name, done, of: total, after: start.duration(to: .now).milliseconds / 1000)
  }
}
