import Captioning
import ImageEncoders
import Media

/// Reads small copies of pictures, and a few frames of clips, in worker processes, so that a file that crashes a
/// decoder costs no more than its own place.
package struct PreviewReader: Sendable {
  /// A picture, or a part of a clip.
  package struct Source: Sendable {
    package let media: MediaSource
    /// The part of a clip in seconds; nil for all of it.
    package let times: ClosedRange<Double>?

    package init(_ media: MediaSource, _ times: ClosedRange<Double>? = nil) {
      (self.media, self.times) = (media, times)
    }
  }

  /// The longer side of a small copy, in pixels.
  package let size: Int
  /// The number of frames of a clip.
  package let frameCount: Int
  package let workerCount: Int

  package init(size: Int, frameCount: Int, workerCount: Int) {
    (self.size, self.frameCount, self.workerCount) = (size, frameCount, workerCount)
  }

  /// Reads files.
  ///
  /// - Parameters:
  ///   - sources: The pictures and parts of clips.
  ///   - deliver: Takes the place in `sources`, and the picture or the frames, or the reason why there are none; in any
  ///     order.
  /// - Throws: `WorkerError` if processes cannot be started; what `deliver` throws.
  package func read(
    _ sources: [Source], _ deliver: (Int, Result<[Image], MediaError>) throws -> Void
  ) throws {
    guard !sources.isEmpty else { return }
    // A worker's answer is a square, which is then drawn out to the shape of the original.
    let preprocessing = ImagePreprocessing(framing: .squash, size: size, mean: [], deviation: [])
    var pool = try DecodingPool(
      for: preprocessing, StillImageOptions(),
      DecodingPool.Settings(workerCount: max(1, min(workerCount, sources.count))),
      sampling(nil))
    var waiting = sources.indices.makeIterator()
    var next = waiting.next()
    var underWay: [Int: [Image]] = [:]
    while next != nil || !underWay.isEmpty {
      while let place = next, pool.hasRoom {
        underWay[place] = []
        let source = sources[place]
        try pool.submit(source.media, as: place, seenBy: sampling(source.times))
        next = waiting.next()
      }
      try pool.advance { place, piece in
        switch piece {
        case .segment(let squares, _): underWay[place, default: []] += squares
        case .failure(let error):
          underWay[place] = nil
          try deliver(place, .failure(error))
        case .end(let facts):
          let shape = facts.size.fitted(to: size)
          let squares = underWay.removeValue(forKey: place) ?? []
          let images = squares.map { $0.resized(toWidth: shape.width, height: shape.height) }
          try deliver(place, .success(images))
        }
      }
    }
  }

  private func sampling(_ times: ClosedRange<Double>?) -> ClipSampling {
    var sampling = ClipSampling()
    sampling.frames = .evenly(frameCount)
    // A clip of a single frame may last no time.
    if let times, times.lowerBound < times.upperBound {
      (sampling.start, sampling.end) = (times.lowerBound, times.upperBound)
      // Only what was played has times.
      sampling.playsAnimations = true
    }
    return sampling
  }
}
