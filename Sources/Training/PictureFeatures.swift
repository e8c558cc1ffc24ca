import Captioning
import Files
import ImageEncoders
import Layers
import Media
import Tensors

/// What a frozen encoder sees in the pictures and clips of a data set: computed once, in bfloat16.
///
/// Rounded whether they come from the cache or not, and computed in batches of one size whatever there is
/// to compute: a run that finds half of them in the cache ends with the same bits as one that finds none.
package struct PictureFeatures: Sendable {
  /// Of each picture one row or one for each position, of each clip one for each frame; `[n, F]`.
  private var rows: [String: Tensor] = [:]
  /// What the decoder reads.
  private let kind: FeatureKind
  /// Where rows are kept between runs; nil keeps none.
  private var cache: FeatureCache?

  private static let batchSize = 16

  package init(_ kind: FeatureKind, cache: FeatureCache? = nil) {
    (self.kind, self.cache) = (kind, cache)
  }

  /// The features of `examples`, which have been prepared.
  package func callAsFunction(_ examples: [TrainingExample]) -> VisualFeatures {
    let parts = examples.compactMap { rows[$0.path] }
    let features = VisualFeatures(
      Tensor(concatenating: parts, along: 0).converted(to: .float32),
      counts: parts.map { $0.shape[0] })
    return kind == .pooled ? VisualFeatures(features.means) : features
  }

  /// Makes sure that the features of `examples` are there.
  ///
  /// - Parameters:
  ///   - examples: Whose pictures are looked at.
  ///   - encoder: What looks at them.
  ///   - loader: Reads and frames them.
  ///   - report: Is told now and then how far the pass is, and may throw to end it.
  /// - Throws: What is wrong with the first picture that cannot be read; what `report` throws.
  package mutating func prepare(
    _ examples: [TrainingExample], by encoder: any ImageEncoder, _ loader: PictureLoader,
    reporting report: (PassProgress) throws -> Void = { _ in }
  ) throws {
    let missing = findInCache(examples.filter { rows[$0.path] == nil }, loader)
    let foundCount = examples.count - missing.count
    try report(PassProgress(pass: .features, done: foundCount, total: examples.count))
    guard !missing.isEmpty else { return }
    var pass = FeaturePass(encoder.foldingNorms(), kind, loader, batchSize: Self.batchSize)
    var (computed, doneCount): ([(key: FeatureCache.Key, rows: Tensor)], Int) = ([], 0)
    // Enough pictures for a batch; of clips, whose frames wait in memory, as many as fill four.
    let clipCount = max(loader.threadCount, 4 * Self.batchSize / loader.frames.most)
    let stride = missing.contains { $0.kind != .picture } ? clipCount : Self.batchSize
    for start in Swift.stride(from: 0, to: missing.count, by: stride) {
      let part = Array(missing[start..<min(start + stride, missing.count)])
      for (example, row) in try pass.add(part, isLast: start + part.count == missing.count) {
        rows[example.path] = row
        doneCount += 1
        if let key = FeatureCache.Key(example, loader.frames) { computed.append((key, row)) }
      }
      if computed.count >= 512 || doneCount == missing.count { keep(&computed) }
      try report(
        PassProgress(pass: .features, done: foundCount + doneCount, total: examples.count))
    }
  }

  /// Whether all that was computed could be kept.
  package var isCached: Bool { cache != nil }

  /// Takes rows from the cache, and returns the examples that it does not have.
  private mutating func findInCache(
    _ examples: [TrainingExample], _ loader: PictureLoader
  ) -> [TrainingExample] {
    guard let cache else { return examples }
    return examples.filter { example in
      guard let row = FeatureCache.Key(example, loader.frames).flatMap(cache.rows) else {
        return true
      }
      rows[example.path] = row
      return false
    }
  }

  /// Keeps what was computed; a cache that cannot be written is done without.
  private mutating func keep(_ computed: inout [(key: FeatureCache.Key, rows: Tensor)]) {
    do throws(FileError) {
      try cache?.add(computed)
    } catch {
      cache = nil
    }
    computed = []
  }

  /// Forgets everything, because the encoder has changed.
  package mutating func removeAll() { (rows, cache) = ([:], nil) }
}

/// Shows the frames of pictures and clips to an encoder, in batches of one size across all of them.
private struct FeaturePass {
  private let encoder: any ImageEncoder
  private let kind: FeatureKind
  private let loader: PictureLoader
  private let batchSize: Int
  /// Of which frames are missing, and how many have been seen of the first.
  private var waiting: [(example: TrainingExample, frameCount: Int)] = []
  private var images: [Image] = []
  /// What was seen of the first that waits, `[n, F]` or `[n, L, F]`.
  private var seen: [Tensor] = []

  init(
    _ encoder: any ImageEncoder, _ kind: FeatureKind, _ loader: PictureLoader, batchSize: Int
  ) {
    (self.encoder, self.kind, self.loader, self.batchSize) = (encoder, kind, loader, batchSize)
  }

  /// Looks at `examples`, as far as they fill batches; at the rest of them when more come, or none.
  ///
  /// - Returns: Those that have been looked at, in order, and what was seen, `[n, F]` in bfloat16.
  mutating func add(
    _ examples: [TrainingExample], isLast: Bool
  ) throws -> [(TrainingExample, Tensor)] {
    let loaded = try loader.images(of: examples, epoch: 0)
    waiting += zip(examples, loaded).map { ($0, $1.count) }
    images += loaded.joined()
    var finished: [(TrainingExample, Tensor)] = []
    while images.count >= batchSize || isLast && !images.isEmpty {
      let part = Array(images.prefix(batchSize))
      images.removeFirst(part.count)
      let padded = part + Array(repeating: part[0], count: batchSize - part.count)
      let features = encoder.featuresByPicture(loader.preprocessing.tensor(framed: padded), kind)
        .converted(to: .bfloat16)
      finished += take(features.slice(0..<part.count))
    }
    return finished
  }

  /// Gives what was seen to those that wait for it.
  private mutating func take(_ features: Tensor) -> [(TrainingExample, Tensor)] {
    var (finished, start): ([(TrainingExample, Tensor)], Int) = ([], 0)
    while start < features.shape[0], let first = waiting.first {
      let seenCount = seen.reduce(0) { $0 + $1.shape[0] }
      let end = min(start + first.frameCount - seenCount, features.shape[0])
      // Its own memory: a stretch of the batch would keep all of the batch.
      seen.append(Tensor(concatenating: [features.slice(start..<end)], along: 0))
      if seenCount + end - start == first.frameCount {
        finished.append((first.example, joined))
        waiting.removeFirst()
        seen = []
      }
      start = end
    }
    return finished
  }

  /// What is kept of the first that waits: its frames, or the mean of their maps.
  private var joined: Tensor {
    let all = seen.count == 1 ? seen[0] : Tensor(concatenating: seen, along: 0)
    guard kind == .positions else { return all }
    if all.shape[0] == 1 { return all.reshaped(to: Array(all.shape.dropFirst())) }
    return all.converted(to: .float32).mean(over: [0]).converted(to: .bfloat16)
  }
}

extension FeatureCache.Key {
  /// What tells an example, of a clip with the frames that are looked at.
  init?(_ example: TrainingExample, _ frames: ClipSampling.Frames) {
    if case .part(let archive, let range, _) = example.source {
      self.init([archive.path], look: "\(range) \(example.kind == .clip ? "\(frames) " : "")")
      return
    }
    let part = example.segment.map { "\($0.start) \($0.end) " } ?? ""
    switch example.kind {
    case .picture: self.init([example.path])
    case .clip: self.init([example.path], look: "\(frames) \(part)")
    case .frames:
      guard let pictures = try? FrameFolder(example.source).pictures(frames) else { return nil }
      self.init(pictures.map(\.name))
    }
  }
}

extension Module {
  /// What tells this encoder and how it is shown pictures from all others.
  package func fingerprint(
    asEncoder configuration: EncoderConfiguration, _ kind: FeatureKind = .pooled
  ) -> String {
    var hash = SHA256()
    func add(_ text: String) { Array(text.utf8).withUnsafeBytes { hash.update($0) } }
    // Of clips the frames are kept, whether or not it is their mean that is read.
    let version = kind == .positions ? "2 positions" : "2"
    let grid = kind == .positions || configuration.grid == 1 ? "" : " \(configuration.grid)"
    add("features \(version)\(grid) \(configuration.architecture) \(configuration.preprocessing)\n")
    for (parameter, value) in parameters {
      add("\(parameter.name) \(value.shape)\n")
      value.withBytes { hash.update($0) }
    }
    return String(hash.digest().description.prefix(16))
  }
}
