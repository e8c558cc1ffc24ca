import Datasets
import Files
import Reports

/// Captions that anyone could write without looking, or by looking up, to see what a model is worth.
package struct Baseline: Sendable {
  package enum Kind: String, Sendable {
    /// The caption that occurs most often in the training data.
    case mostFrequentCaption = "most_frequent_caption"
    /// The words that most training captions have, as many as a caption has on average.
    case bagOfWords = "bag_of_words"
    /// The likeliest caption of a model of three words in a row.
    case trigrams
    /// The first caption of the training picture with the nearest features.
    case nearestPicture = "nearest_picture"
  }

  package let kind: Kind
  /// The caption of each picture.
  package let captions: [String]
  /// The perplexity per word of the references, ends and unknown words included; nil where there is none.
  package let perplexity: Double?

  /// - Parameters:
  ///   - kind: Its kind.
  ///   - captions: The caption of each picture.
  ///   - perplexity: The perplexity per word of the references; nil where there is none.
  package init(_ kind: Kind, _ captions: [String], perplexity: Double? = nil) {
    (self.kind, self.captions, self.perplexity) = (kind, captions, perplexity)
  }

  /// Returns those that know the training captions only, and not the pictures.
  ///
  /// - Parameters:
  ///   - captions: The captions to be compared with.
  ///   - training: The captions of the training data.
  ///   - isKnown: Returns true for a word that the model knows, so that perplexities can be compared.
  /// - Returns: The baselines.
  package static func blind(
    beside captions: EvaluatedCaptions, training: ReferenceCaptions,
    isKnown: (String) -> Bool = { _ in true }
  ) -> [Baseline] {
    let tokenizer = captions.tokenizer
    let known = training.pictures.flatMap { $0.captions.map(tokenizer.words(of:)) }
    func repeated(_ caption: String) -> [String] { captions.pictures.map { _ in caption } }
    let trigrams = TrigramModel(of: known, isKnown: isKnown)
    let references = captions.pictures.flatMap { $0.references.map(tokenizer.words(of:)) }
    return [
      Baseline(.mostFrequentCaption, repeated(tokenizer.sentence(of: mostFrequent(among: known)))),
      Baseline(.bagOfWords, repeated(tokenizer.sentence(of: commonWords(of: known)))),
      Baseline(
        .trigrams, repeated(tokenizer.sentence(of: trigrams.likeliest())),
        perplexity: trigrams.perplexity(of: references)),
    ]
  }

  /// Returns the caption that occurs most often; of several, the first.
  private static func mostFrequent(among captions: [[String]]) -> [String] {
    var found: [[String]: (first: Int, count: Int)] = [:]
    for (place, caption) in captions.enumerated() where !caption.isEmpty {
      found[caption, default: (place, 0)].count += 1
    }
    return found.min { ($1.value.count, $0.value.first) < ($0.value.count, $1.value.first) }?.key
      ?? []
  }

  /// Returns the words that most captions have, the commonest first, as many as a caption has on average.
  private static func commonWords(of captions: [[String]]) -> [String] {
    var counts: [String: Int] = [:]
    for caption in captions { for word in Set(caption) { counts[word, default: 0] += 1 } }
    let length = Double(captions.reduce(0) { $0 + $1.count }) / Double(max(captions.count, 1))
    return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .prefix(Int(length.rounded())).map(\.key)
  }
}

/// The scores of a baseline.
package struct BaselineScores: Sendable {
  package let kind: Baseline.Kind
  /// The caption that all pictures have; nil if theirs differ.
  package let caption: String?
  /// The scores of all pictures together, by the key of the column.
  package let scores: [(key: String, value: Double)]
  package let perplexity: Double?

  init(_ baseline: Baseline, _ columns: [ScoreColumn]) {
    (kind, perplexity) = (baseline.kind, baseline.perplexity)
    let captions = baseline.captions
    caption = captions.allSatisfy { $0 == captions[0] } ? captions.first : nil
    scores = columns.map { ($0.key, $0.corpus) }
  }
}

extension Evaluation {
  /// Returns the same scores with those of baselines beside them.
  ///
  /// - Parameters:
  ///   - baselines: Captions of the same pictures.
  ///   - choices: The choices that the scores were computed with.
  /// - Returns: The scores of both.
  /// - Throws: `METEORError`; `EvaluationError`, if a score needs several captions of a picture.
  package func compared(with baselines: [Baseline], _ choices: Choices) throws -> Evaluation {
    var choices = choices
    (choices.training, choices.metrics) = (nil, metrics.filter { $0 != .selfCIDEr })
    var evaluation = self
    evaluation.baselines = try baselines.map { baseline in
      let found = try Evaluation(of: captions.replaced(by: baseline.captions), choices)
      return BaselineScores(baseline, found.columns)
    }
    return evaluation
  }

  /// Lines of scores for a terminal; empty without baselines.
  var baselineText: String {
    if baselines.isEmpty { return "" }
    let keys = columns.map(\.key)
    let hasPerplexity = captions.perplexity != nil || baselines.contains { $0.perplexity != nil }
    func row(_ name: String, _ score: (String) -> Double?, _ perplexity: Double?) -> [String] {
      [name] + keys.map { score($0)?.text(places: 4) ?? "-" }
        + (hasPerplexity ? [perplexity?.text(places: 2) ?? "-"] : [])
    }
    var rows = [["BASELINE"] + keys + (hasPerplexity ? ["PERPLEXITY"] : [])]
    rows += baselines.map { baseline in
      row(
        baseline.kind.title, { key in baseline.scores.first { $0.key == key }?.value },
        baseline.perplexity)
    }
    rows.append(
      row("these captions", { key in columns.first { $0.key == key }?.corpus }, captions.perplexity)
    )
    let captions = baselines.compactMap { baseline in
      baseline.caption.map { "\(baseline.kind.title): \($0)\n" }
    }
    return "\n" + columnText(rows) + captions.joined()
  }

  var baselineJSON: JSONValue {
    .object(
      baselines.map { baseline in
        var scores = baseline.scores.map { JSONValue.Member($0.key, .number($0.value)) }
        if let perplexity = baseline.perplexity {
          scores.append(.init("perplexity", .number(perplexity)))
        }
        return .init(
          baseline.kind.rawValue,
          .object(
            (baseline.caption.map { [.init("caption", .string($0))] } ?? [])
              + [.init("scores", .object(scores))]))
      })
  }
}

extension Baseline.Kind {
  /// The name in tables.
  var title: String {
    switch self {
    case .mostFrequentCaption: "most frequent caption"
    case .bagOfWords: "bag of words"
    case .trigrams: "trigrams"
    case .nearestPicture: "nearest picture"
    }
  }
}
