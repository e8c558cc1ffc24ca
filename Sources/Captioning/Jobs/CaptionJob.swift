import Media

/// Captions many files in small batches, so that memory does not grow with their number.
package struct CaptionJob {
  /// Enough to keep the encoder busy, few enough that results come steadily.
  package static let batchSize = 8

  private let captioner: Captioner
  private let captionCount: Int
  private let reader: PictureReader

  /// - Parameters:
  ///   - captioner: Describes the pictures.
  ///   - captionCount: How many captions to keep per picture, of those that its search finds.
  ///   - options: Which pictures are refused.
  ///   - threadCount: How many pictures may be decoded at once.
  package init(
    _ captioner: Captioner, captionCount: Int, _ options: StillImageOptions, threadCount: Int
  ) {
    (self.captioner, self.captionCount) = (captioner, captionCount)
    reader = PictureReader(for: captioner.preprocessing, options, threadCount: threadCount)
  }

  /// Hands the result of each of `files` to `deliver`, in their order, as soon as its batch is done.
  ///
  /// - Parameters:
  ///   - files: What the results are called, and where to read them.
  ///   - deliver: Takes one result; what it throws ends the run.
  /// - Throws: `ModelError` if the model turns out not to be whole; what `deliver` throws.
  package func run(
    _ files: [(name: String, source: MediaSource)], _ deliver: (CaptionResult) throws -> Void
  ) throws {
    var captionedCount = 0
    for start in stride(from: 0, to: files.count, by: Self.batchSize) {
      let batch = files[start..<min(start + Self.batchSize, files.count)]
      let pictures = reader.read(batch.map(\.source))
      let captioned = caption(pictures.compactMap { try? $0.get() }, after: captionedCount)
      try captioner.finishVerification()
      captionedCount += captioned.count
      var next = captioned.makeIterator()
      for (file, picture) in zip(batch, pictures) {
        let outcome: Result<CaptionedPicture, MediaError>
        switch picture {
        case .failure(let error): outcome = .failure(error)
        case .success:
          guard let done = next.next() else { preconditionFailure("a picture without captions") }
          outcome = .success(done)
        }
        try deliver(CaptionResult(file: file.name, outcome: outcome))
      }
    }
  }

  private func caption(_ pictures: [FramedPicture], after number: Int) -> [CaptionedPicture] {
    guard !pictures.isEmpty else { return [] }
    let clock = ContinuousClock()
    let start = clock.now
    let features = captioner.features(of: pictures.map(\.image))
    let encoded = clock.now
    let captions = captioner.captions(from: features, firstNumber: number)
    let searched = clock.now
    return zip(pictures, captions).map { picture, captions in
      CaptionedPicture(
        size: picture.size, captions: Array(captions.prefix(captionCount)),
        warnings: picture.warnings,
        timing: StageTiming(
          decode: picture.decodeTime, encode: start.duration(to: encoded) / pictures.count,
          search: encoded.duration(to: searched) / pictures.count))
    }
  }
}
