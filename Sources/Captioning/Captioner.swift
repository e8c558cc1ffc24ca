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
  /// At least one; several write together.
  package let members: [CaptionModel]
  /// What each member counts where several write together; nil counts all alike.
  package var memberWeights: [Float]?
  /// What each member's pictures are prepared by.
  private let preprocessings: [ImagePreprocessing]
  package let vocabulary: Vocabulary
  private let verifications: [ChecksumVerification]

  /// Loads a model folder.
  ///
  /// The files are compared with their checksums meanwhile; the first captions wait for the outcome.
  public init(loading directory: ModelDirectory) throws(ModelError) {
    try self.init(loading: [directory])
  }

  /// Loads model folders that caption together, a word being as likely as they find it in the mean.
  ///
  /// - Parameter directories: At least one, of the same words and the same framing of pictures. The first
  ///   one's configuration counts.
  /// - Throws: What is wrong with one of them, or does not fit the first.
  public init(loading directories: [ModelDirectory]) throws(ModelError) {
    let loaded = try LoadedEnsemble(directories)
    self.init(
      loaded.models, loaded.configurations, loaded.vocabulary, verifications: loaded.verifications)
  }

  /// A captioner from a model in memory, such as one that is learning.
  package init(
    _ model: CaptionModel, _ configuration: ModelConfiguration, _ vocabulary: Vocabulary
  ) {
    self.init([model], [configuration], vocabulary, verifications: [])
  }

  private init(
    _ models: [CaptionModel], _ configurations: [ModelConfiguration], _ vocabulary: Vocabulary,
    verifications: [ChecksumVerification]
  ) {
    configuration = configurations[0]
    self.vocabulary = vocabulary
    self.verifications = verifications
    members = models.map { CaptionModel(encoder: $0.encoder.foldingNorms(), decoder: $0.decoder) }
    preprocessings = configurations.map(\.encoder.preprocessing)
    search = configuration.search
  }

  /// How pictures are framed, and what the first member makes of them.
  package var preprocessing: ImagePreprocessing { preprocessings[0] }

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

  /// What the encoders see in pictures that `preprocessing` has framed.
  package func features(of framed: [Image]) -> EncodedPictures {
    EncodedPictures(
      byMember: zip(members, preprocessings).map { member, preprocessing in
        let pixels = preprocessing.tensor(framed: framed).converted(to: precision)
        let features = member.encoder.featuresByPicture(pixels, member.decoder.featureKind)
        return VisualFeatures(features.converted(to: .float32))
      })
  }

  /// What is known of clips, of whose frames all `frames` are, so many of each.
  package func clips(of frames: EncodedPictures, _ frameCounts: [Int]) -> EncodedPictures {
    EncodedPictures(
      byMember: zip(members, frames.byMember).map { member, features in
        features.joined(intoClipsOf: frameCounts, for: member.decoder.featureKind)
      })
  }

  /// Whether the frames of clips are read one by one, rather than their mean.
  package var readsFrames: Bool { members.contains { $0.decoder.featureKind == .frames } }

  /// Returns once the models' files are known to be whole, which takes time only the first time.
  package func finishVerification() throws(ModelError) {
    for verification in verifications { try verification.wait() }
  }

  /// Captions for each picture, as many as the search gives.
  package func captions(from pictures: EncodedPictures, firstNumber: Int = 0) -> [[Caption]] {
    func search(from start: some CaptionsInProgress) -> [[Hypothesis]] {
      self.search.captions(
        from: start, pictureCount: pictures.count, firstPicture: firstNumber)
    }
    return search(from: emptyCaptions(of: pictures)).map { $0.map(caption) }
  }

  /// Empty captions of all pictures, one each.
  package func emptyCaptions(of pictures: EncodedPictures) -> any CaptionsInProgress {
    let starts = zip(members, pictures.byMember).map { $0.decoder.emptyCaptions(of: $1) }
    return starts.count == 1 ? starts[0] : EnsembleCaptions(members: starts, weights: memberWeights)
  }

  /// Captions for pictures with these numbers in a run, which fix what is drawn.
  package func captions(from pictures: EncodedPictures, numbers: [Int]) -> [[Caption]] {
    guard case .sampling = search else { return captions(from: pictures) }
    return numbers.enumerated().flatMap { row, number in
      captions(from: pictures.slice(row..<row + 1), firstNumber: number)
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
