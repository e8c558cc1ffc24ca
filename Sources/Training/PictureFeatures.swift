import Captioning
import Files
import ImageEncoders
import Layers
import Media
import Tensors

/// What a frozen encoder sees in the pictures of a data set: computed once, in bfloat16.
///
/// Rounded whether they come from the cache or not, and computed in batches of one size whatever there is
/// to compute: a run that finds half of them in the cache ends with the same bits as one that finds none.
package struct PictureFeatures: Sendable {
  private var rows: [String: Tensor] = [:]
  /// Where rows are kept between runs; nil keeps none.
  private var cache: FeatureCache?

  private static let batchSize = 16

  package init(cache: FeatureCache? = nil) { self.cache = cache }

  /// The features of `examples`, `[P, F]` or `[P, L, F]`, which have been prepared.
  package func callAsFunction(_ examples: [TrainingExample]) -> Tensor {
    Tensor(concatenating: examples.compactMap { rows[$0.path] }, along: 0)
      .converted(to: .float32)
  }

  /// Makes sure that the features of `examples` are there.
  ///
  /// - Parameters:
  ///   - examples: Whose pictures are looked at.
  ///   - encoder: What looks at them.
  ///   - kind: What is kept of each.
  ///   - loader: Reads and frames them.
  ///   - report: Is told now and then how far the pass is, and may throw to end it.
  /// - Throws: What is wrong with the first picture that cannot be read; what `report` throws.
  package mutating func prepare(
    _ examples: [TrainingExample], by encoder: any ImageEncoder, _ kind: FeatureKind,
    _ loader: PictureLoader,
    reporting report: (PassProgress) throws -> Void = { _ in }
  ) throws {
    let missing = findInCache(examples.filter { rows[$0.path] == nil })
    let foundCount = examples.count - missing.count
    try report(PassProgress(pass: .features, done: foundCount, total: examples.count))
    guard !missing.isEmpty else { return }
    let encoder = encoder.foldingNorms()
    var computed: [(path: String, row: Tensor)] = []
    for start in stride(from: 0, to: missing.count, by: Self.batchSize) {
      let part = Array(missing[start..<min(start + Self.batchSize, missing.count)])
      let padded = part + Array(repeating: part[0], count: Self.batchSize - part.count)
      let features = encoder.features(
        try loader.pixels(of: padded, epoch: 0), kind
      ).converted(to: .bfloat16)
      for (example, row) in zip(part, features.split(into: padded.count, along: 0)) {
        // Its own memory: a stretch of the batch would keep all of the batch.
        let own = Tensor(concatenating: [row], along: 0)
        rows[example.path] = own
        computed.append((example.path, own))
      }
      if computed.count >= 512 || start + part.count == missing.count { keep(&computed) }
      try report(
        PassProgress(
          pass: .features, done: foundCount + start + part.count, total: examples.count))
    }
  }

  /// Whether all that was computed could be kept.
  package var isCached: Bool { cache != nil }

  /// Takes rows from the cache, and returns the examples that it does not have.
  private mutating func findInCache(_ examples: [TrainingExample]) -> [TrainingExample] {
    guard let cache else { return examples }
    return examples.filter { example in
      guard let row = FeatureCache.Key(example.path).flatMap(cache.row) else { return true }
      rows[example.path] = row
      return false
    }
  }

  /// Keeps what was computed; a cache that cannot be written is done without.
  private mutating func keep(_ computed: inout [(path: String, row: Tensor)]) {
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

extension Module {
  /// What tells this encoder and how it is shown pictures from all others.
  package func fingerprint(
    asEncoder configuration: EncoderConfiguration, _ kind: FeatureKind = .pooled
  ) -> String {
    var hash = SHA256()
    func add(_ text: String) { Array(text.utf8).withUnsafeBytes { hash.update($0) } }
    let version = kind == .pooled ? "1" : "1 \(kind)"
    add("features \(version) \(configuration.architecture) \(configuration.preprocessing)\n")
    for (parameter, value) in parameters {
      add("\(parameter.name) \(value.shape)\n")
      value.withBytes { hash.update($0) }
    }
    return String(hash.digest().description.prefix(16))
  }
}
