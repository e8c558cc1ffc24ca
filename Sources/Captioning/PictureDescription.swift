/// The captions of a picture, a clip or a part of a clip, and what else the captioner says about it.
public struct PictureDescription: Sendable {
  /// The captions, the best first; none if they are withheld.
  public let captions: [Caption]
  /// The classes that the model's classifier finds, the likeliest first; none without a classifier.
  public let tags: [PictureTag]
  /// The confidence that the best caption is right; nil if the model was not calibrated.
  public let confidence: CaptionConfidence?
  /// True if captions are withheld because the model is not sure enough of the best.
  public let isWithheld: Bool

  package init(
    captions: [Caption], tags: [PictureTag] = [], confidence: CaptionConfidence? = nil,
    isWithheld: Bool = false
  ) {
    (self.captions, self.tags) = (captions, tags)
    (self.confidence, self.isWithheld) = (confidence, isWithheld)
  }

  /// True if the model is unsure of its best caption.
  package var isUnsure: Bool { confidence?.isUnsure ?? false }

  /// Returns the same description with the best captions only.
  func keeping(_ captionCount: Int) -> PictureDescription {
    PictureDescription(
      captions: Array(captions.prefix(captionCount)), tags: tags, confidence: confidence,
      isWithheld: isWithheld)
  }

  /// The reason why its caption is unsure or withheld, for people; nil if neither.
  package var doubt: String? {
    guard let confidence else { return nil }
    let percent = Int((confidence.probability * 100).rounded())
    guard confidence.isUnsure else {
      return isWithheld ? "withheld: the confidence is \(percent) %" : nil
    }
    let reason =
      confidence.isUnfamiliar
      ? "unlike the photos the model learned from" : "no caption seems to fit"
    let seen = tags.filter { $0.probability >= Self.leastShownProbability }.prefix(2)
      .map { "\($0.label) (\($0.percent) %)" }.joined(separator: ", ")
    return "unsure (\(percent) %): \(reason)" + (seen.isEmpty ? "" : "; it may show: \(seen)")
      + (isWithheld ? "; withheld" : "")
  }

  private static let leastShownProbability: Float = 0.2
}

extension PictureTag {
  /// The probability in whole percent.
  package var percent: Int { Int((probability * 100).rounded()) }
}

/// The treatment of captions that a model is not sure of.
public struct DoubtPolicy: Sendable, Equatable {
  /// The least confidence of a caption that is given.
  public enum LeastConfidence: Sendable, Equatable {
    /// A probability, in `0...1`.
    case probability(Double)
    /// The threshold below which the model calls itself unsure.
    case unsure
  }
  /// Captions with less confidence are withheld; nil withholds none.
  public var leastConfidence: LeastConfidence?
  /// The text before a caption that the model is unsure of, such as "Could be: "; nil is none.
  public var hedge: String?

  public init(leastConfidence: LeastConfidence? = nil, hedge: String? = nil) {
    (self.leastConfidence, self.hedge) = (leastConfidence, hedge)
  }

  /// Returns a description with its captions treated.
  func applied(to description: PictureDescription) -> PictureDescription {
    guard let confidence = description.confidence else { return description }
    let isWithheld =
      switch leastConfidence {
      case nil: false
      case .unsure: confidence.isUnsure
      case .probability(let least): confidence.probability < least
      }
    let hedge = confidence.isUnsure ? hedge : nil
    return PictureDescription(
      captions: isWithheld
        ? [] : description.captions.map { caption in hedge.map(caption.hedged) ?? caption },
      tags: description.tags, confidence: confidence, isWithheld: isWithheld)
  }
}
