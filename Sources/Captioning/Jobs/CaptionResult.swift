import Media

/// What came of captioning one file: one row of a run's results.
package struct CaptionResult: Sendable {
  /// The file, as the user named it.
  package let file: String
  package let outcome: Result<CaptionedPicture, MediaError>

  package init(file: String, outcome: Result<CaptionedPicture, MediaError>) {
    (self.file, self.outcome) = (file, outcome)
  }
}

/// A picture's captions, and what else there is to say about it.
package struct CaptionedPicture: Sendable {
  /// The size of the original in pixels, upright.
  package let size: PixelSize
  /// Most likely first.
  package let captions: [Caption]
  package let warnings: [MediaWarning]
  package let timing: StageTiming

  package init(
    size: PixelSize, captions: [Caption], warnings: [MediaWarning], timing: StageTiming
  ) {
    (self.size, self.captions, self.warnings) = (size, captions, warnings)
    self.timing = timing
  }
}

/// How long the stages took for one picture; encoding and searching are shared evenly among the
/// pictures of a batch.
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
