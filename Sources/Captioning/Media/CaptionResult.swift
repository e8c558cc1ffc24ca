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
  /// The captions, the best first.
  public let captions: [Caption]

  /// The start of the part, in seconds from the start of the clip; 0 for a picture.
  public var start: Double { span?.start ?? 0 }

  /// The end of the part, in seconds from the start of the clip; 0 for a picture.
  public var end: Double { span?.end ?? 0 }

  package init(span: ClipSegment? = nil, frameCount: Int = 1, captions: [Caption]) {
    (self.span, self.frameCount, self.captions) = (span, frameCount, captions)
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
