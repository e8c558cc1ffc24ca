import Captioning
import Files
import ImageEncoders
import Layers
import Media
import Tensors

/// The features that a frozen encoder computes of the pictures and clips of a data set: computed once, kept
/// in bfloat16.
///
/// They are rounded whether they come from the cache or not, and are computed in batches of one size
/// however many are missing. A run that finds some of them in the cache ends with the same bits as one that
/// finds none.
package struct PictureFeatures: Sendable {
  /// Identifies a picture, or the part of a clip that is read.
  private struct Key: Hashable {
    let name: String
    /// The bytes of an archive that hold it.
    let range: Range<Int>?
    /// In seconds.
    let start: Double?
    let end: Double?

    init(_ example: TrainingExample) {
      name = example.source.name
      range = if case .part(_, let range, _) = example.source { range } else { nil }
      (start, end) = (example.segment?.start, example.segment?.end)
    }
  }

  /// The rows of each picture, one or one per position, and of each clip, one per frame; `[n, F]`.
  private var rows: [Key: Tensor] = [:]
  /// The kind of features that the decoder reads.
  private let kind: FeatureKind
  /// Keeps rows between runs; nil keeps none.
  private var cache: FeatureCache?

  private static let batchSize = 16

  package init(_ kind: FeatureKind, cache: FeatureCache? = nil) {
    (self.kind, self.cache) = (kind, cache)
  }

  /// Returns the features of `examples`, which have been prepared.
  package func callAsFunction(_ examples: [TrainingExample]) -> PackedSequence {
    let parts = examples.compactMap { rows[Key($0)] }
    let features = PackedSequence(
      Tensor(concatenating: parts, along: 0).converted(to: .float32),
      counts: parts.map { $0.shape[0] })
    return kind == .pooled ? PackedSequence(features.means) : features
  }

  /// Computes the features of `examples` that are not known.
  ///
  /// - Parameters:
  ///   - examples: The pictures and clips.
  ///   - encoder: Computes the features.
  ///   - loader: Reads the pictures and prepares them for the encoder.
  ///   - report: Receives the progress now and then; may throw to end the pass.
  /// - Throws: The error of the first picture that cannot be read; what `report` throws.
  package mutating func prepare(
    _ examples: [TrainingExample], by encoder: any ImageEncoder, _ loader: PictureLoader,
    reporting report: (PassProgress) throws -> Void = { _ in }
  ) throws {
    let missing = findInCache(examples.filter { rows[Key($0)] == nil }, loader)
    let foundCount = examples.count - missing.count
    try report(PassProgress(pass: .features, done: foundCount, total: examples.count))
    guard !missing.isEmpty else { return }
    var pass = FeaturePass(encoder.foldingNorms(), kind, loader, batchSize: Self.batchSize)
    var (computed, doneCount): ([(key: FeatureCache.Key, rows: Tensor)], Int) = ([], 0)
    // Pictures are read a batch at a time. Clips, whose frames wait in memory, fill four batches at most.
    let clipCount = max(loader.threadCount, 4 * Self.batchSize / loader.frames.most)
    let stride = missing.contains { $0.kind != .picture } ? clipCount : Self.batchSize
    for start in Swift.stride(from: 0, to: missing.count, by: stride) {
      let part = Array(missing[start..<min(start + stride, missing.count)])
      for (example, row) in try pass.add(part, isLast: start + part.count == missing.count) {
        rows[Key(example)] = row
        doneCount += 1
        if let key = FeatureCache.Key(example, loader.frames) { computed.append((key, row)) }
      }
      if computed.count >= 512 || doneCount == missing.count { keep(&computed) }
      try report(
        PassProgress(pass: .features, done: foundCount + doneCount, total: examples.count))
    }
  }

  /// True if all that was computed could be cached.
  package var isCached: Bool { cache != nil }

  /// Takes rows from the cache, and returns the examples that it lacks.
  private mutating func findInCache(
    _ examples: [TrainingExample], _ loader: PictureLoader
  ) -> [TrainingExample] {
    guard let cache else { return examples }
    return examples.filter { example in
      guard let row = FeatureCache.Key(example, loader.frames).flatMap(cache.rows) else {
        return true
      }
      rows[Key(example)] = row
      return false
    }
  }

  /// Caches rows; a cache that cannot be written is given up.
  private mutating func keep(_ computed: inout [(key: FeatureCache.Key, rows: Tensor)]) {
    do throws(FileError) {
      try cache?.add(computed)
    } catch {
      cache = nil
    }
    computed = []
  }

  /// Removes everything, because the encoder has changed.
  package mutating func removeAll() { (rows, cache) = ([:], nil) }
}

/// Encodes the frames of pictures and clips, in batches of one size across all of them.
private struct FeaturePass {
  private let encoder: any ImageEncoder
  private let kind: FeatureKind
  private let loader: PictureLoader
  private let batchSize: Int
  /// The examples whose frames have not all been encoded, in order.
  private var waiting: [(example: TrainingExample, frameCount: Int)] = []
  private var images: [Image] = []
  /// The features of the first of them so far, `[n, F]` or `[n, L, F]`.
  private var seen: [Tensor] = []

  init(
    _ encoder: any ImageEncoder, _ kind: FeatureKind, _ loader: PictureLoader, batchSize: Int
  ) {
    (self.encoder, self.kind, self.loader, self.batchSize) = (encoder, kind, loader, batchSize)
  }

  /// Encodes `examples` as far as they fill batches; the rest waits for more, unless it is the last.
  ///
  /// - Returns: The examples that are finished, in order, and their rows, `[n, F]` in bfloat16.
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
      let features = encoder.featuresByPicture(loader.preprocessing.tensor(inputs: padded), kind)
        .converted(to: .bfloat16)
      finished += take(features.slice(0..<part.count))
    }
    return finished
  }

  /// Gives features to the examples that wait for them.
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

  /// The rows of the first example that waits: its frames, or the mean of their maps.
  private var joined: Tensor {
    let all = seen.count == 1 ? seen[0] : Tensor(concatenating: seen, along: 0)
    guard kind == .positions else { return all }
    let map =
      all.shape[0] == 1
      ? all : all.converted(to: .float32).mean(over: [0]).converted(to: .bfloat16)
    return map.reshaped(to: [-1, all.shape[all.rank - 1]])
  }
}

extension FeatureCache.Key {
  /// The key of an example; of a clip, with the frames that are read.
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
  /// Returns a checksum of this encoder and of how pictures are prepared for it.
  package func fingerprint(
    asEncoder configuration: EncoderConfiguration, _ kind: FeatureKind = .pooled
  ) -> String {
    var hash = SHA256()
    func add(_ text: String) { Array(text.utf8).withUnsafeBytes { hash.update($0) } }
    // Clips are cached frame by frame, even if the decoder reads the mean of the frames.
    let version = kind == .positions ? "2 positions" : "2"
    let grid = kind == .positions || configuration.grid == 1 ? "" : " \(configuration.grid)"
    // Another text makes all caches stale.
    let preprocessing = configuration.preprocessing
    let filter = preprocessing.filter == .bilinear ? "" : " \(preprocessing.filter)"
    add(
      "features \(version)\(grid) \(configuration.architecture.cacheName) "
        + "ImagePreprocessing(framing: \(String(reflecting: preprocessing.framing)), "
        + "size: \(preprocessing.size), mean: \(preprocessing.mean), "
        + "deviation: \(preprocessing.deviation))\(filter)\n")
    for (parameter, value) in parameters {
      add("\(parameter.name) \(value.shape)\n")
      value.withBytes { hash.update($0) }
    }
    return String(hash.digest().description.prefix(16))
  }
}
