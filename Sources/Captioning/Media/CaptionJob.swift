import Media
import Tensors

/// A file to caption.
package struct CaptionSource: Sendable {
  /// The name of its result.
  package let name: String
  /// The source of its bytes, or the reason why it has none.
  package let media: Result<MediaSource, MediaError>
  /// Its number in the run, which decides what is sampled for it.
  package let number: Int

  package init(name: String, media: Result<MediaSource, MediaError>, number: Int) {
    (self.name, self.media, self.number) = (name, media, number)
  }
}

/// Captions any number of files in full batches, so that memory does not grow with their number.
package struct CaptionJob<Decoder: MediaDecoder & ~Copyable>: ~Copyable {
  private struct Pending {
    let id: Int
    let name: String
    /// Nil until all of the file is decoded.
    var decoded: Result<DecodedFacts, MediaError>?
  }

  private let captioner: Captioner
  private var decoder: Decoder
  private var packer: CaptionPacker
  /// Submitted and not delivered, in their order.
  private var pending: [Pending] = []
  private var nextID = 0

  /// - Parameters:
  ///   - captioner: Describes what files show.
  ///   - captionCount: The number of captions to keep, of those that its search finds.
  ///   - decoder: Reads the files.
  ///   - batchSize: The number of frames that the encoder reads at once.
  package init(
    _ captioner: Captioner, captionCount: Int, _ decoder: consuming Decoder,
    batchSize: Int = captionBatchSize
  ) {
    self.captioner = captioner
    packer = CaptionPacker(captioner, captionCount: captionCount, batchSize: batchSize)
    self.decoder = decoder
  }

  /// Hands the results of all files to `deliver`, each as soon as its batch is done.
  ///
  /// - Parameters:
  ///   - next: Asked for another file whenever one can be taken; nil if there are no more.
  ///   - inOrder: True if results come in the order of the files; else none waits for a slow one before it.
  ///   - shouldStop: Returns true to stop; files without a result are then left.
  ///   - deliver: Takes one result; what it throws ends the run.
  /// - Throws: `ModelError` if the model turns out not to be whole; what `next` and `deliver` throw.
  package mutating func run(
    next: () throws -> CaptionSource?, inOrder: Bool = true, shouldStop: () -> Bool = { false },
    deliver: (CaptionResult) throws -> Void
  ) throws {
    var hasMore = true
    while hasMore || !pending.isEmpty, !shouldStop() {
      while hasMore, decoder.hasRoom {
        if let file = try next() { try submit(file) } else { hasMore = false }
      }
      try advance()
      // Nothing else is coming that could fill the batch.
      if !hasMore, pending.allSatisfy({ $0.decoded != nil }) { packer.flush() }
      try deliverFinished(inOrder: inOrder, deliver)
    }
  }

  private mutating func submit(_ file: CaptionSource) throws {
    switch file.media {
    case .failure(let error):
      pending.append(Pending(id: nextID, name: file.name, decoded: .failure(error)))
    case .success(let source):
      packer.begin(nextID, firstNumber: file.number)
      pending.append(Pending(id: nextID, name: file.name))
      try decoder.submit(source, as: nextID)
    }
    nextID += 1
  }

  private mutating func advance() throws {
    var pieces: [(Int, DecodedFacts?, MediaError?)] = []
    var packer = self.packer
    try decoder.advance { id, piece in
      switch piece {
      case .segment(let images, let span): packer.add(images, span: span, to: id)
      case .end(let facts):
        packer.end(id)
        pieces.append((id, facts, nil))
      case .failure(let error):
        packer.abandon(id)
        pieces.append((id, nil, error))
      }
    }
    self.packer = packer
    for (id, facts, error) in pieces {
      guard let index = pending.firstIndex(where: { $0.id == id }) else { continue }
      pending[index].decoded = facts.map { .success($0) } ?? error.map { .failure($0) }
    }
  }

  /// Delivers what is done; in order, only as far as nothing before it is missing.
  private mutating func deliverFinished(
    inOrder: Bool, _ deliver: (CaptionResult) throws -> Void
  ) throws {
    var place = 0
    while place < pending.count {
      let file = pending[place]
      guard let outcome = try outcome(of: file) else {
        if inOrder { return }
        place += 1
        continue
      }
      pending.remove(at: place)
      try deliver(CaptionResult(file: file.name, outcome: outcome))
    }
  }

  /// Returns the outcome of a file; nil while it is under way.
  private mutating func outcome(
    of file: Pending
  ) throws -> Result<CaptionedMedia, MediaError>? {
    switch file.decoded {
    case nil: return nil
    case .failure(let error): return .failure(error)
    case .success(let facts):
      guard let captioned = packer.take(file.id) else { return nil }
      try captioner.ensemble.finishVerification()
      return .success(CaptionedMedia(facts, captioned))
    }
  }
}

/// The number of frames that the encoder reads at once: enough to keep it busy, few enough that results come steadily.
package let captionBatchSize = 8

extension CaptionedMedia {
  fileprivate init(_ facts: DecodedFacts, _ captioned: CaptionPacker.Captioned) {
    self.init(
      size: facts.size, clip: facts.clip, segments: captioned.segments, warnings: facts.warnings,
      timing: StageTiming(
        decode: facts.decodeTime, encode: captioned.encodeTime, search: captioned.searchTime))
  }
}
