import Media

extension Captioner {
  /// Returns captions for a clip, or for each of its parts.
  ///
  /// Memory does not grow with the length of the clip. FFmpeg's libraries decode it; they are loaded with the
  /// first clip.
  ///
  ///     let segments = try captioner.captions(forClip: "clip.mp4", cutting: .every(4))
  ///     for segment in segments {
  ///       print(segment.start, segment.end, segment.captions[0].text)
  ///     }
  ///
  /// - Parameters:
  ///   - path: A video file, or a picture that moves.
  ///   - cutting: The parts that get captions of their own.
  ///   - frames: The frames of each part that the model sees; nil is what the model has learned, else 16 of a
  ///     whole clip and 8 of each part, evenly spread.
  ///   - range: The part of the clip to caption, in seconds from its start; nil is all of it.
  /// - Returns: The parts in order, each with captions, the best first.
  /// - Throws: `MediaError` if the clip cannot be read or is damaged beyond its header, `ModelError` if a file of
  ///   the model turns out to be damaged.
  public func captions(
    forClip path: String, cutting: ClipSampling.Cutting = .whole,
    frames: ClipSampling.Frames? = nil, in range: ClosedRange<Double>? = nil
  ) throws -> [CaptionedSegment] {
    var sampling = ClipSampling()
    sampling.playsAnimations = true
    (sampling.cutting, sampling.frames) = (cutting, frames ?? ensemble.configuration.frames)
    (sampling.start, sampling.end) = (range?.lowerBound, range?.upperBound)
    try sampling.check(path)
    let reader = ClipReader(for: ensemble.preprocessing, sampling, VideoOptions())
    var packer = CaptionPacker(self, captionCount: .max, batchSize: captionBatchSize)
    return try withThreads {
      packer.begin(0, firstNumber: 0)
      _ = try reader.read(.file(path)) { packer.add($0.images, span: $0.segment, to: 0) }
      packer.end(0)
      packer.flush()
      try ensemble.finishVerification()
      return packer.take(0)?.segments ?? []
    }
  }
}
