import ArgumentParser
import Captioning

/// What `--attention` chose before there was `--decoder`.
enum AttentionChoice: String, ExpressibleByArgument, CaseIterable {
  case none, soft
}

/// The decoders there are, under the names that users type.
enum DecoderName: String, ExpressibleByArgument, CaseIterable {
  case showAndTell = "show-and-tell"
  case showAttendTell = "show-attend-tell"
  case lrcn
  case s2vt
  case temporalAttention = "temporal-attention"
  case videoMean = "video-mean"

  /// The one that both options together choose.
  ///
  /// - Throws: `ValidationError` if they contradict each other.
  static func chosen(_ name: DecoderName?, _ attention: AttentionChoice?) throws -> DecoderName {
    let implied: DecoderName? =
      switch attention {
      case .soft: .showAttendTell
      case AttentionChoice.none?: .showAndTell
      case nil: nil
      }
    if let name, let attention, (name == .showAttendTell) != (attention == .soft) {
      throw ValidationError(
        "--decoder \(name.rawValue) and --attention \(attention.rawValue) contradict each other.")
    }
    return name ?? implied ?? .showAndTell
  }

  func reading(
    annotationSize: Int = 512, attentionSize: Int = 512, isFactored: Bool = true
  ) -> DecoderConfiguration.Reading {
    switch self {
    case .showAndTell, .videoMean: .first
    case .showAttendTell:
      .attention(.positions, annotationSize: annotationSize, attentionSize: attentionSize)
    case .temporalAttention:
      .attention(.frames, annotationSize: annotationSize, attentionSize: attentionSize)
    case .lrcn: .everyWord(isFactored: isFactored)
    case .s2vt: .frames
    }
  }

  /// The one that reads so; nil for a classifier, which is no choice of a decoder.
  init?(_ reading: DecoderConfiguration.Reading) {
    switch reading {
    case .first: self = .showAndTell
    case .everyWord: self = .lrcn
    case .attention(.positions, _, _): self = .showAttendTell
    case .attention(.frames, _, _): self = .temporalAttention
    case .frames: self = .s2vt
    case .labels: return nil
    }
  }

  var usualLayerCount: Int { self == .lrcn || self == .s2vt ? 2 : 1 }
}
