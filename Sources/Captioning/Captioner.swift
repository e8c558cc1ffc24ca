import Files
import ImageEncoders
import Layers
import Media
import Tensors
import Text

/// Describes pictures in words: the network, and what it takes to use it.
///
/// A captioner is a value that never changes once loaded. It computes on the calling thread.
public struct Captioner: Sendable {
  package let configuration: ModelConfiguration
  package var search: CaptionSearch
  /// What the encoder multiplies in.
  ///
  /// In bfloat16 it is faster where the processor has that, and features keep two to three digits.
  package var precision: Tensors.ElementType = .float32
  private let encoder: any ImageEncoder
  private let decoder: any CaptionDecoder
  private let vocabulary: Vocabulary
  private let verification: ChecksumVerification?

  /// Loads a model folder.
  ///
  /// The files are compared with their checksums meanwhile; the first captions wait for the outcome.
  public init(loading directory: ModelDirectory) throws(ModelError) {
    let verification = directory.beginVerification()
    let configuration = try directory.configuration()
    // Before the words, which an encoder alone does not have either.
    guard configuration.decoder != nil else { throw ModelError(directory.path, .noDecoder) }
    let vocabulary = try directory.vocabulary()
    let model = try directory.model(configuration, vocabulary: vocabulary)
    self.init(model, configuration, vocabulary, verification: verification)
  }

  /// A captioner from a model in memory, such as one that is learning.
  package init(
    _ model: CaptionModel, _ configuration: ModelConfiguration, _ vocabulary: Vocabulary,
    verification: ChecksumVerification? = nil
  ) {
    self.configuration = configuration
    self.vocabulary = vocabulary
    self.verification = verification
    encoder = model.encoder.foldingNorms()
    decoder = model.decoder
    search = .beam(
      BeamSearch(width: configuration.beamWidth, maximumWords: configuration.maximumWords))
  }

  package var preprocessing: ImagePreprocessing { configuration.encoder.preprocessing }

  /// Captions for each picture, most likely first.
  ///
  /// - Parameters:
  ///   - images: Pictures of any size.
  ///   - firstNumber: The number of the first among all pictures of a run; it fixes what is drawn.
  /// - Returns: As many captions per picture as the search gives.
  /// - Throws: `ModelError` if the model's files turn out not to be whole.
  package func captions(
    for images: [Image], firstNumber: Int = 0
  ) throws(ModelError) -> [[Caption]] {
    if images.isEmpty { return [] }
    let found = captions(
      from: features(of: images.map(preprocessing.frame)), firstNumber: firstNumber)
    try finishVerification()
    return found
  }

  /// What the encoder sees in pictures that `preprocessing` has framed, `[P, F]` or `[P, L, F]`.
  package func features(of framed: [Image]) -> Tensor {
    let pixels = preprocessing.tensor(framed: framed).converted(to: precision)
    return encoder.features(pixels, decoder.featureKind).converted(to: .float32)
  }

  /// Returns once the model's files are known to be whole, which takes time only the first time.
  package func finishVerification() throws(ModelError) { try verification?.wait() }

  /// Captions for each row of `features`, `[P, F]`.
  package func captions(from features: Tensor, firstNumber: Int = 0) -> [[Caption]] {
    func search<Decoder: CaptionDecoder>(_ decoder: Decoder) -> [[Hypothesis]] {
      self.search.captions(of: features, by: decoder, firstPicture: firstNumber)
    }
    return search(decoder).map { $0.map(caption) }
  }

  /// Captions for each row of `features`, `[P, F]`, of pictures with these numbers in a run, which fix
  /// what is drawn.
  package func captions(from features: Tensor, numbers: [Int]) -> [[Caption]] {
    guard case .sampling = search else { return captions(from: features) }
    return numbers.enumerated().flatMap { row, number in
      captions(from: features.rows([row]), firstNumber: number)
    }
  }

  private func caption(_ hypothesis: Hypothesis) -> Caption {
    let words = zip(hypothesis.words, hypothesis.wordLogProbabilities).filter { $0.0 != .end }
    return Caption(
      text: vocabulary.sentence(hypothesis.words),
      words: words.map { .init(text: vocabulary.word($0), logProbability: $1) },
      logProbability: hypothesis.logProbability,
      score: hypothesis.logProbability / Float(max(hypothesis.words.count, 1)),
      isFinished: hypothesis.isFinished)
  }
}
