import ImageEncoders
import Layers
import Media
import Tensors
import Text

/// Models that caption together as one; most often a single model.
///
/// The models have the same vocabulary and the same crop of pictures. The configuration of the first one counts.
package struct CaptionEnsemble: Sendable {
  package let configuration: ModelConfiguration
  package let vocabulary: Vocabulary
  /// At least one.
  private let members: [Member]
  /// The weight of each member's probabilities; nil weighs all members alike.
  private let weights: [Float]?
  /// The classes of the first model's classifier; nil if it has none.
  private let classes: PictureClasses?
  /// The calibrated confidence; nil if the model has none, or if several caption together.
  private let confidence: ConfidenceModel?
  private let verifications: [ChecksumVerification]
  /// The type that the decoders multiply in while they search.
  private let searchType: ElementType

  private struct Member {
    let model: CaptionModel
    let preprocessing: ImagePreprocessing
    /// The type of the pictures that the encoder reads.
    let elementType: ElementType

    /// The batch norms of the encoder are folded into its convolutions.
    ///
    /// - Parameters:
    ///   - model: The model.
    ///   - preprocessing: The preprocessing of its pictures.
    ///   - elementType: The type that the encoder computes with, in floating point.
    ///   - quantization: The types of the encoder's maps in whole numbers; nil computes in floating point.
    init(
      _ model: CaptionModel, _ preprocessing: ImagePreprocessing, _ elementType: ElementType,
      _ quantization: Quantization? = nil
    ) {
      let encoder: any ImageEncoder =
        if let quantization {
          model.encoder.quantized(by: quantization)
        } else {
          model.encoder.foldingNorms()
        }
      self.model = CaptionModel(encoder: encoder, decoder: model.decoder)
      self.preprocessing = preprocessing
      self.elementType = quantization?.inputType(of: model.encoder) ?? elementType
    }
  }

  /// Loads model folders.
  ///
  /// The files are compared with their checksums meanwhile; `finishVerification` waits for the outcome.
  /// Loading uses one thread, because hashing keeps another core busy.
  ///
  /// - Parameters:
  ///   - folders: The models.
  ///   - precision: The numbers that the encoders compute with.
  /// - Throws: The problem of a model, or its difference from the first one; an error if the models or the processor
  ///   do not have the precision.
  package init(
    loading folders: ModelEnsemble, precision: EncoderPrecision = .float32
  ) throws(ModelError) {
    let threadCount = Device.threadCount
    Device.setThreadCount(1)
    defer { Device.setThreadCount(threadCount) }
    let directories = folders.directories
    let precision = try folders.resolved(precision)
    searchType = precision.searchType
    verifications = directories.map { $0.beginVerification() }
    var configurations: [ModelConfiguration] = []
    for directory in directories { configurations.append(try directory.configuration()) }
    // Before the vocabulary, which an encoder alone does not have either.
    for (directory, configuration) in zip(directories, configurations) {
      guard configuration.decoder != nil else { throw ModelError(directory.path, .noDecoder) }
      guard configuration.encoder.preprocessing.cropsLike(configurations[0].encoder.preprocessing)
      else { throw ModelError(directory.path, .otherFraming(than: directories[0].path)) }
    }
    vocabulary = try directories[0].vocabulary()
    for directory in directories.dropFirst() {
      guard try directory.vocabulary() == vocabulary else {
        throw ModelError(directory.path, .otherWords(than: directories[0].path))
      }
    }
    var members: [Member] = []
    for (directory, configuration) in zip(directories, configurations) {
      let model = try directory.model(
        configuration, vocabulary: vocabulary, keepingBfloat16Matrices: searchType == .float32)
      members.append(
        Member(
          model, configuration.encoder.preprocessing, precision.elementType,
          precision == .int8 ? try directory.quantization(of: model.encoder) : nil))
    }
    classes = try directories[0].classes(configurations[0].encoder)
    confidence =
      members.count == 1
      ? try directories[0].confidence(featureSize: members[0].model.encoder.pooledSize) : nil
    (self.members, weights, configuration) = (members, folders.weights, configurations[0])
  }

  /// An ensemble of one model in memory, such as one that is being trained.
  package init(
    _ model: CaptionModel, _ configuration: ModelConfiguration, _ vocabulary: Vocabulary,
    precision: ElementType = .float32
  ) {
    members = [Member(model, configuration.encoder.preprocessing, precision)]
    searchType = .float32
    (self.configuration, self.vocabulary) = (configuration, vocabulary)
    (weights, classes, confidence, verifications) = (nil, nil, nil, [])
  }

  /// The crop and size of pictures, and the normalisation for the first member.
  package var preprocessing: ImagePreprocessing { members[0].preprocessing }

  /// Returns once the models' files are known to be whole, which takes time only the first time.
  ///
  /// - Throws: `ModelError` for a file that differs from its checksum.
  package func finishVerification() throws(ModelError) {
    for verification in verifications { try verification.wait() }
  }

  // MARK: From pictures to words

  /// Encodes pictures that `preprocessing` has resized and cropped.
  ///
  /// - Parameter inputs: Squares of `preprocessing.size` pixels.
  /// - Returns: The features in float32.
  package func features(of inputs: [Image]) -> EncodedPictures {
    EncodedPictures(
      byMember: members.map { member in
        let pixels = member.preprocessing.tensor(inputs: inputs, as: member.elementType)
        let decoder = member.model.decoder
        let features = member.model.encoder.featuresByPicture(pixels, decoder.featureKind)
        return PackedSequence(features.converted(to: .float32))
      })
  }

  /// The features of clips, given those of all their frames, `frameCounts` of each.
  package func clips(of frames: EncodedPictures, _ frameCounts: [Int]) -> EncodedPictures {
    EncodedPictures(
      byMember: zip(members, frames.byMember).map { member, features in
        features.joined(intoClipsOf: frameCounts, for: member.model.decoder.featureKind)
      })
  }

  /// True if the frames of clips are read one by one, rather than their mean.
  package var readsFrames: Bool {
    members.contains { $0.model.decoder.featureKind == .frames }
  }

  /// Empty captions of all pictures, one each.
  package func emptyCaptions(of pictures: EncodedPictures) -> any CaptionsInProgress {
    let starts = zip(members, pictures.byMember).map { member, features in
      member.model.decoder.emptyCaptions(of: features, in: searchType)
    }
    return starts.count == 1 ? starts[0] : EnsembleCaptions(members: starts, weights: weights)
  }

  /// Returns the loss of captions that people wrote: the sum over all words, in nats.
  ///
  /// - Parameters:
  ///   - captions: The captions, by the rows of the pictures.
  ///   - pictures: The features.
  /// - Returns: Nil if several models caption together, whose loss is none of theirs.
  package func loss(
    of captions: PackedCaptions, describing pictures: EncodedPictures
  ) -> Double? {
    guard members.count == 1, let decoder = members[0].model.decoder as? any CaptionDecoder else {
      return nil
    }
    let losses = decoder.losses(of: captions, describing: pictures.byMember[0])
    return Double(losses.words.scalar) * Double(losses.count)
  }

  // MARK: From pictures to classes and confidence

  /// True if the first model has a classifier.
  package var hasClassifier: Bool { classes != nil }
  /// True if the model says how sure it is.
  package var hasConfidence: Bool { confidence != nil }

  /// Returns the pooled features of pictures or clips, by the first model, `[N, F]`.
  package func pooled(_ pictures: EncodedPictures) -> Tensor {
    let (model, features) = (members[0].model, pictures.byMember[0])
    guard model.decoder.featureKind == .positions, let grid = features.grids?.first else {
      return features.means
    }
    return model.encoder.pooled(
      features.values.reshaped(to: [features.count, grid.height, grid.width, -1]))
  }

  /// Returns the likeliest classes of pictures or clips.
  ///
  /// - Parameters:
  ///   - pooled: Their pooled features, `[N, F]`.
  ///   - count: The number of classes of each; fewer if there are not as many.
  /// - Returns: The tags of each, the likeliest first; none without a classifier.
  func tags(_ pooled: Tensor, count: Int) -> [[PictureTag]] {
    guard let classes, let encoder = members[0].model.encoder as? ClassifyingEncoder else {
      return Array(repeating: [], count: pooled.shape[0])
    }
    return softmax(encoder.classScores(pooled, .pooled)).largest(min(count, classes.count)).map {
      $0.map { classes.tag($0.index, $0.value, vocabulary) }
    }
  }

  /// Returns how sure the model is of the best captions of pictures with these pooled features.
  func confidences(of captions: [[Caption]], _ pooled: Tensor) -> [CaptionConfidence?] {
    confidence?.confidences(of: captions, pooled) ?? captions.map { _ in nil }
  }

  // MARK: Attention

  /// True if a single model captions, and attends to positions of the picture.
  ///
  /// No member's attention stands for that of an ensemble.
  package var hasAttention: Bool {
    members.count == 1 && members[0].model.decoder.featureKind == .positions
  }

  /// True if a single model captions, and attends to the frames of a clip.
  package var attendsToFrames: Bool {
    members.count == 1 && configuration.decoder?.attendsToFrames ?? false
  }

  /// The attention weights for each word of a caption, `[words][L]`, each row adding up to 1.
  ///
  /// - Parameters:
  ///   - words: The caption, without its end.
  ///   - picture: The features of one picture or clip.
  /// - Returns: Nothing without attention.
  package func attention(reading words: [TokenID], of picture: EncodedPictures) -> [[Float]] {
    guard hasAttention || attendsToFrames,
      let decoder = members[0].model.decoder as? any CaptionDecoder
    else {
      return []
    }
    return decoder.attention(reading: words, of: picture.byMember[0])
  }
}

extension Captioner {
  /// Creates a captioner of a model in memory, such as one that is being trained.
  package init(
    _ model: CaptionModel, _ configuration: ModelConfiguration, _ vocabulary: Vocabulary,
    search: CaptionSearch? = nil, precision: ElementType = .float32
  ) {
    self.init(
      CaptionEnsemble(model, configuration, vocabulary, precision: precision), search: search)
  }
}

extension ImagePreprocessing {
  /// True if both make the same square of a picture; the normalisation may differ.
  fileprivate func cropsLike(_ other: ImagePreprocessing) -> Bool {
    framing == other.framing && size == other.size && filter == other.filter
  }
}
