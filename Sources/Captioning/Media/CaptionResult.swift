import Media

/// The outcome of captioning one file: one row of a run's results.
package struct CaptionResult: Sendable {
  /// The file, as the user named it.
  package let file: String
  package let outcome: Result<CaptionedMedia, MediaError>

  package init(file: String, outcome: Result<CaptionedMedia, MediaError>) {
    (self.file, self.outcome) = (file, outcome)
  }
}

/// The captions of a picture or clip, and other facts about it.
package struct CaptionedMedia: Sendable {
  /// The size of the original in pixels, upright.
  package let size: PixelSize
  /// The facts of a clip; nil for a picture.
  package let clip: ClipFacts?
  /// A picture is one segment; a clip has at least one.
  package let segments: [CaptionedSegment]
  package let warnings: [MediaWarning]
  package let timing: StageTiming

  /// True if all its captions are withheld, because the model is not sure enough of them.
  package var isWithheld: Bool { segments.allSatisfy(\.description.isWithheld) }
  package init(
    size: PixelSize, clip: ClipFacts? = nil, segments: [CaptionedSegment],
    warnings: [MediaWarning], timing: StageTiming
  ) {
    (self.size, self.clip, self.segments) = (size, clip, segments)
    (self.warnings, self.timing) = (warnings, timing)
  }
}

/// The facts of a clip besides its size.
package struct ClipFacts: Sendable, Equatable {
  /// The length in seconds.
  package let duration: Double
  /// Frames per second; nil where the file does not say.
  package let frameRate: Double?

  package init(duration: Double, frameRate: Double?) {
    (self.duration, self.frameRate) = (duration, frameRate)
  }
}

/// A picture, or a part of a clip, with its captions.
public struct CaptionedSegment: Sendable {
  /// Nil for a picture.
  package let span: ClipSegment?
  /// The number of frames that the model saw.
  public let frameCount: Int
  /// The captions, the tags and the confidence.
  public let description: PictureDescription
  /// The captions, the best first; none if they are withheld.
  public var captions: [Caption] { description.captions }

  /// The start of the part, in seconds from the start of the clip; 0 for a picture.
  public var start: Double { span?.start ?? 0 }

  /// The end of the part, in seconds from the start of the clip; 0 for a picture.
  public var end: Double { span?.end ?? 0 }

  package init(span: ClipSegment? = nil, frameCount: Int = 1, _ description: PictureDescription) {
    (self.span, self.frameCount, self.description) = (span, frameCount, description)
  }

  package init(span: ClipSegment? = nil, frameCount: Int = 1, captions: [Caption]) {
    self.init(span: span, frameCount: frameCount, PictureDescription(captions: captions))
  }
}

/// The times of the stages for one file.
///
/// The pictures of a batch share its encoding and its search evenly.
package struct StageTiming: Sendable, Equatable {
  package var decode: Duration
  package var encode: Duration
  package var search: Duration

  package init(decode: Duration, encode: Duration, search: Duration) {
    (self.decode, self.encode, self.search) = (decode, encode, search)
  }
}

extension Duration {
  /// The duration in milliseconds.
  package var milliseconds: Double {
    Double(components.seconds) * 1e3 + Double(components.attoseconds) / 1e15
  }
}
