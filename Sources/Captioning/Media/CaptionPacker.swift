import Media

/// Captions many files, packed into full batches for the encoder and for the search.
///
/// A picture is a file of one segment of one frame. The caller numbers the files; a file is done when its last segment
/// has captions, and several may be under way.
package struct CaptionPacker {
  /// The captions of a file's segments, in their order, and the time they took.
  package struct Captioned {
    package let segments: [CaptionedSegment]
    package let encodeTime: Duration
    package let searchTime: Duration
  }

  private struct File {
    /// The number of its first segment, which decides what is sampled for it.
    let firstNumber: Int
    var segments: [CaptionedSegment?] = []
    var isWhole = false
    var encodeTime = Duration.zero
    var searchTime = Duration.zero
  }
  /// A segment with frames that wait for the encoder, or features that wait for the search.
  private struct Segment {
    let file: Int
    let place: Int
    let span: ClipSegment?
    let frameCount: Int
    /// The features of its frames so far.
    var seen: [EncodedPictures] = []
    var seenCount: Int { seen.reduce(0) { $0 + $1.count } }
    var isSeen: Bool { seenCount == frameCount }
  }

  private let captioner: Captioner
  private let captionCount: Int
  private let batchSize: Int
  private let sortsByLength: Bool
  private var files: [Int: File] = [:]
  private var segments: [Segment] = []
  /// The frames that wait, those of the first segment that lacks some first.
  private var frames: [Image] = []

  /// - Parameters:
  ///   - captioner: Describes pictures.
  ///   - captionCount: The number of captions to keep of those that its search finds.
  ///   - batchSize: The number of frames that the encoder reads at once, and of segments that are searched together.
  package init(_ captioner: Captioner, captionCount: Int, batchSize: Int) {
    (self.captioner, self.captionCount, self.batchSize) = (captioner, captionCount, batchSize)
    sortsByLength = captioner.ensemble.readsFrames
  }

  /// True if no file is under way.
  package var isEmpty: Bool { files.isEmpty }

  // MARK: Files

  /// Begins the file `id`.
  ///
  /// - Parameters:
  ///   - id: No other file's that is under way.
  ///   - firstNumber: The number of its first segment among all of a run, which decides what is sampled.
  package mutating func begin(_ id: Int, firstNumber: Int) {
    precondition(files[id] == nil, "file \(id) is under way")
    files[id] = File(firstNumber: firstNumber)
  }

  /// Adds the next segment of the file `id`: at least one frame, resized and cropped for the encoder.
  package mutating func add(_ images: [Image], span: ClipSegment?, to id: Int) {
    precondition(!images.isEmpty && files[id] != nil, "frames of a file that is under way")
    let place = files[id]?.segments.count ?? 0
    files[id]?.segments.append(nil)
    segments.append(Segment(file: id, place: place, span: span, frameCount: images.count))
    frames += images
    while frames.count >= batchSize { encode(batchSize) }
    let seenCount = segments.count { $0.isSeen }
    if seenCount >= batchSize * batchesAhead { search(seenCount / batchSize * batchSize) }
  }

  /// The number of batches that wait to be searched together: where segments are read frame by frame, those of
  /// nearly equal numbers of frames go together, and a batch takes as long as its longest.
  private var batchesAhead: Int { sortsByLength ? 4 : 1 }

  /// Marks the file `id` as whole: all its segments were added.
  package mutating func end(_ id: Int) { files[id]?.isWhole = true }

  /// Forgets the file `id`, whose rest cannot be read.
  package mutating func abandon(_ id: Int) {
    // Frames that wait are taken out with their segments.
    var kept: [Image] = []
    var next = frames[...]
    for segment in segments {
      let waiting = next.prefix(segment.frameCount - segment.seenCount)
      next.removeFirst(waiting.count)
      if segment.file != id { kept += waiting }
    }
    (frames, files[id]) = (kept, nil)
    segments.removeAll { $0.file == id }
  }

  /// Captions all that waits.
  package mutating func flush() {
    while !frames.isEmpty { encode(min(batchSize, frames.count)) }
    search(segments.count)
  }

  /// Returns the captions of the file `id` and forgets it; nil while it is under way.
  package mutating func take(_ id: Int) -> Captioned? {
    guard let file = files[id], file.isWhole else { return nil }
    let segments = file.segments.compactMap { $0 }
    guard segments.count == file.segments.count else { return nil }
    files[id] = nil
    return Captioned(
      segments: segments, encodeTime: file.encodeTime, searchTime: file.searchTime)
  }

  // MARK: Batches

  private mutating func encode(_ count: Int) {
    var features = EncodedPictures(byMember: [])
    let time = ContinuousClock().measure {
      features = captioner.features(of: Array(frames.prefix(count)))
    }
    frames.removeFirst(count)
    var start = 0
    for index in segments.indices where start < count {
      let added = min(segments[index].frameCount - segments[index].seenCount, count - start)
      guard added > 0 else { continue }
      segments[index].seen.append(features.slice(start..<start + added))
      files[segments[index].file]?.encodeTime += time * added / count
      start += added
    }
  }

  /// Finds captions for the first so many segments, whose frames were all seen.
  private mutating func search(_ count: Int) {
    var waiting = Array(segments.prefix(count))
    precondition(waiting.allSatisfy(\.isSeen), "segments whose frames were not all seen")
    segments.removeFirst(count)
    if sortsByLength {
      waiting = waiting.enumerated()
        .sorted { ($0.element.frameCount, $0.offset) < ($1.element.frameCount, $1.offset) }
        .map(\.element)
    }
    for start in stride(from: 0, to: count, by: batchSize) {
      caption(waiting[start..<min(start + batchSize, count)])
    }
  }

  private mutating func caption(_ batch: ArraySlice<Segment>) {
    var found: [PictureDescription] = []
    let time = ContinuousClock().measure {
      let numbers = batch.map { (files[$0.file]?.firstNumber ?? 0) + $0.place }
      found = captioner.descriptions(ofSegments: batch.map(\.seen), numbers: numbers)
    }
    for (segment, description) in zip(batch, found) {
      let captioned = CaptionedSegment(
        span: segment.span, frameCount: segment.frameCount,
        description.keeping(captionCount))
      files[segment.file]?.searchTime += time / batch.count
      files[segment.file]?.segments[segment.place] = captioned
    }
  }
}
