import Captioning
import ImageEncoders
import Layers
import Media
import Tensors

/// Computes the encoder features of many pictures, in batches, so that memory does not grow with
/// their number.
package struct FeatureJob {
  /// The features kept of a picture.
  package enum Kind: String, Sendable, CaseIterable {
    /// One vector, `[F]`, as a captioner reads it.
    case pooled
    /// A vector for each place, `[h, w, C]`.
    case map
  }
  package static let batchSize = 16

  private let encoder: any ImageEncoder
  private let kind: Kind
  private let reader: PictureReader
  private let verification: ChecksumVerification

  /// - Parameters:
  ///   - directory: A model, with or without a decoder.
  ///   - kind: The features to keep of a picture.
  ///   - options: The limits above which pictures are refused.
  ///   - threadCount: The number of pictures that may be decoded at once.
  /// - Throws: `ModelError` if the model cannot be used.
  package init(
    loading directory: ModelDirectory, _ kind: Kind, _ options: StillImageOptions, threadCount: Int
  ) throws(ModelError) {
    verification = directory.beginVerification()
    let configuration = try directory.configuration().encoder
    encoder = try directory.encoder(configuration).foldingNorms()
    self.kind = kind
    reader = PictureReader(
      for: configuration.preprocessing, options, threadCount: threadCount)
  }

  /// The result of one batch.
  package struct Batch {
    /// The outcome of reading each file; each file that could be read has a row.
    package let pictures: [(name: String, outcome: Result<InputPicture, MediaError>)]
    /// `[P, F]` or `[P, h, w, C]`; nil if no picture could be read.
    package let rows: Tensor?
  }

  /// Hands each batch of `files` to `deliver`, in their order.
  ///
  /// - Parameters:
  ///   - files: The names of the files, and where to read them.
  ///   - deliver: Receives one batch; an error that it throws ends the run.
  /// - Throws: `ModelError` if the model turns out not to be whole; any error of `deliver`.
  package func run(
    _ files: [(name: String, source: MediaSource)], _ deliver: (Batch) throws -> Void
  ) throws {
    for start in stride(from: 0, to: files.count, by: Self.batchSize) {
      let batch = files[start..<min(start + Self.batchSize, files.count)]
      let pictures = reader.read(batch.map(\.source))
      let images = pictures.compactMap { try? $0.get().image }
      let rows = images.isEmpty ? nil : features(of: images)
      try verification.wait()
      try deliver(
        Batch(pictures: zip(batch, pictures).map { ($0.name, $1) }, rows: rows))
    }
  }

  private func features(of images: [Image]) -> Tensor {
    let map = encoder.mapByPicture(reader.preprocessing.tensor(inputs: images))
    return kind == .map ? map : encoder.pooled(map)
  }
}
