import Media

/// What came of captioning one file: one row of a run's results.
package struct CaptionResult: Sendable {
  /// The file, as the user named it.
  package let file: String
  package let outcome: Result<CaptionedMedia, MediaError>

  package init(file: String, outcome: Result<CaptionedMedia, MediaError>) {
    (self.file, self.outcome) = (file, outcome)
  }
}

/// What was said of a picture or clip, and what else there is to say about it.
package struct CaptionedMedia: Sendable {
  /// The size of the original in pixels, upright.
  package let size: PixelSize
  /// What only a clip has; nil for a picture.
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

/// What is said of a clip besides its size.
package struct ClipFacts: Sendable, Equatable {
  /// In seconds.
  package let duration: Double
  /// Frames per second; nil where the file does not say.
  package let frameRate: Double?

  package init(duration: Double, frameRate: Double?) {
    (self.duration, self.frameRate) = (duration, frameRate)
  }
}

/// A picture, or a part of a clip, with its captions.
package struct CaptionedSegment: Sendable {
  /// Nil for a picture.
  package let span: ClipSegment?
  /// How many frames were looked at.
  package let frameCount: Int
  /// Most likely first.
  package let captions: [Caption]

  package init(span: ClipSegment? = nil, frameCount: Int = 1, captions: [Caption]) {
    (self.span, self.frameCount, self.captions) = (span, frameCount, captions)
  }
}

/// How long the stages took for one file; encoding and searching are shared evenly among the pictures
/// of a batch.
package struct StageTiming: Sendable, Equatable {
  package var decode: Duration
  package var encode: Duration
  package var search: Duration

  package init(decode: Duration, encode: Duration, search: Duration) {
    (self.decode, self.encode, self.search) = (decode, encode, search)
  }
}

extension Duration {
  package var milliseconds: Double {
    Double(components.seconds) * 1e3 + Double(components.attoseconds) / 1e15
  }
}
