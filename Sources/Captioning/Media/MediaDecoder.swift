import ImageEncoders
import Media

/// Decodes files into the squares that an encoder reads, in this process or in others.
///
/// Files are submitted while there is room, and come back piece by piece, each under the number it was
/// submitted with.
package protocol MediaDecoder: ~Copyable {
  /// True if another file may be submitted now.
  var hasRoom: Bool { get }
  /// Queues a file.
  mutating func submit(_ source: MediaSource, as number: Int) throws
  /// Hands on at least one piece of the files submitted, waiting for it if need be.
  ///
  /// Every file ends with `end` or `failure`. Nothing happens if all have ended.
  mutating func advance(_ deliver: (Int, DecodedPiece) throws -> Void) throws
}

/// A piece of a file that is being decoded.
package enum DecodedPiece: Sendable {
  /// A picture, or the next part of a clip; the squares that the encoder sees.
  case segment([Image], span: ClipSegment?)
  case end(DecodedFacts)
  /// It cannot be read, or not any further; what came of it before does not count.
  case failure(MediaError)
}

/// The facts of a decoded file.
package struct DecodedFacts: Sendable {
  /// The size of the original in pixels, upright.
  package let size: PixelSize
  /// Nil for a picture.
  package let clip: ClipFacts?
  package let warnings: [MediaWarning]
  package let decodeTime: Duration

  package init(
    size: PixelSize, clip: ClipFacts?, warnings: [MediaWarning], decodeTime: Duration
  ) {
    (self.size, self.clip, self.warnings) = (size, clip, warnings)
    self.decodeTime = decodeTime
  }
}

/// Decodes in this process: pictures several at a time, a clip on all threads.
package struct LocalDecoder: MediaDecoder {
  private let pictures: PictureReader
  private let clips: ClipReader
  private let capacity: Int
  private var waiting: [(number: Int, source: MediaSource)] = []

  /// - Parameters:
  ///   - pictures: Reads pictures.
  ///   - clips: Reads clips.
  ///   - capacity: The number of files that it takes at once.
  package init(_ pictures: PictureReader, _ clips: ClipReader, capacity: Int) {
    (self.pictures, self.clips, self.capacity) = (pictures, clips, capacity)
  }

  package var hasRoom: Bool { waiting.count < capacity }

  package mutating func submit(_ source: MediaSource, as number: Int) {
    waiting.append((number, source))
  }

  package mutating func advance(_ deliver: (Int, DecodedPiece) throws -> Void) throws {
    guard let first = waiting.first else { return }
    let source: MediaSource
    do throws(MediaError) {
      // Standard input can be read only once, and is needed twice.
      source = first.source == .standardInput ? try first.source.inMemory() : first.source
    } catch {
      waiting.removeFirst()
      return try deliver(first.number, .failure(error))
    }
    if isClip(source) {
      waiting.removeFirst()
      return try read(clip: source, first.number, deliver)
    }
    waiting[0].source = source
    let others = waiting.dropFirst().prefix { $0.source != .standardInput && !isClip($0.source) }
    let group = Array(waiting[..<1] + others)
    waiting.removeFirst(group.count)
    for ((number, _), result) in zip(group, pictures.read(group.map(\.source))) {
      switch result {
      case .failure(let error): try deliver(number, .failure(error))
      case .success(let picture):
        try deliver(number, .segment([picture.image], span: nil))
        let facts = DecodedFacts(
          size: picture.size, clip: nil, warnings: picture.warnings,
          decodeTime: picture.decodeTime)
        try deliver(number, .end(facts))
      }
    }
  }

  private func isClip(_ source: MediaSource) -> Bool {
    source.isClip(playingAnimations: clips.sampling.playsAnimations)
  }

  private func read(
    clip source: MediaSource, _ number: Int, _ deliver: (Int, DecodedPiece) throws -> Void
  ) throws {
    do {
      let outcome = try clips.read(source) { part in
        try deliver(number, .segment(part.images, span: part.segment))
      }
      let facts = ClipFacts(duration: outcome.info.duration, frameRate: outcome.info.frameRate)
      try deliver(
        number,
        .end(
          DecodedFacts(
            size: outcome.info.size, clip: facts, warnings: outcome.warnings,
            decodeTime: outcome.decodeTime)))
    } catch let error as MediaError {
      try deliver(number, .failure(error))
    }
  }
}
