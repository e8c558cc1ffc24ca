import Captioning
import ImageEncoders
import Layers
import Media
import Tensors

/// Shows many pictures to an encoder, in batches, so that memory does not grow with their number.
package struct FeatureJob {
  /// What is kept of a picture.
  package enum Kind: String, Sendable, CaseIterable {
    /// One vector, `[F]`: what a captioner reads.
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
  ///   - kind: What to keep of a picture.
  ///   - options: Which pictures are refused.
  ///   - threadCount: How many pictures may be decoded at once.
  /// - Throws: What is wrong with the model.
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

  /// What came of one batch.
  package struct Batch {
    /// For each file what reading it taught us; those that could be read have a row.
    package let pictures: [(name: String, outcome: Result<FramedPicture, MediaError>)]
    /// `[P, F]` or `[P, h, w, C]`; nil if no picture could be read.
    package let rows: Tensor?
  }

  /// Hands each batch of `files` to `deliver`, in their order.
  ///
  /// - Parameters:
  ///   - files: What the files are called, and where to read them.
  ///   - deliver: Takes one batch; what it throws ends the run.
  /// - Throws: `ModelError` if the model turns out not to be whole; what `deliver` throws.
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
    let map = encoder.mapByPicture(reader.preprocessing.tensor(framed: images))
    return kind == .map ? map : encoder.pooled(map)
  }
}
