import Files

#if canImport(Glibc)
import Glibc
#endif

/// A ranking of captions of different lengths.
///
/// The sum of log-probabilities favours short ones.
public enum LengthPenalty: Sendable, Equatable {
  /// By the sum.
  case none
  /// By the mean over all words.
  case average
  /// By the sum over `((5 + words) / 6)^alpha` (Wu et al., 2016); 0 is the sum.
  case wu(alpha: Float)

  /// Returns the score that captions are ranked by; the end counts as a word.
  func score(of caption: Hypothesis) -> Float {
    let (sum, length) = (
      caption.logProbability + caption.reward, Float(max(caption.words.count, 1))
    )
    return switch self {
    case .none: sum
    case .average: sum / length
    case .wu(let alpha): sum / powf((5 + length) / 6, alpha)
    }
  }
}

extension LengthPenalty {
  /// The penalty that a user calls `name`: none, average, or Wu's alpha.
  package init?(named name: String) {
    switch name {
    case "none": self = .none
    case "average": self = .average
    default:
      guard let alpha = Float(name) else { return nil }
      self.init(alpha: alpha)
    }
  }

  /// The name that users type.
  package var name: String {
    switch self {
    case .none: "none"
    case .average: "average"
    case .wu(let alpha): "\(alpha)"
    }
  }

  private init?(alpha: Float) {
    guard (0...10).contains(alpha) else { return nil }
    self = alpha == 0 ? .none : .wu(alpha: alpha)
  }

  /// The penalty as settings have it; nil for the sum.
  var json: JSONValue? {
    switch self {
    case .none: nil
    case .average: "average"
    case .wu(let alpha): .number(Double("\(alpha)") ?? Double(alpha))
    }
  }

  init?(json: JSONValue) {
    if let alpha = json.number {
      self.init(alpha: Float(alpha))
    } else {
      guard let name = json.string else { return nil }
      self.init(named: name)
    }
  }
}
