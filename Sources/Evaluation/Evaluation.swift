import Datasets
import Metrics
import Text

/// The scores of captions, and their variety.
///
///     let references = try ReferenceCaptions(at: "captions_val.json")
///     let captions = try EvaluatedCaptions(ResultCaptions(at: "results.json"), of: references)
///     let evaluation = try Evaluation(of: captions)
///     print(evaluation.text)
package struct Evaluation: Sendable {
  package let captions: EvaluatedCaptions
  /// The scores, in the order of coco-caption.
  package let columns: [ScoreColumn]
  package let variety: CaptionVariety
  package let bleuCounts: BLEUCounts
  /// The quality of the confidences; nil without them, or with few.
  package let confidence: ConfidenceQuality?
  /// The scores that were asked for.
  let metrics: [Metric]
  /// The scores of baselines, where they were asked for.
  package internal(set) var baselines: [BaselineScores] = []
  /// Facts that a reader of the scores should know.
  package let notes: [String]

  /// The choice of the scores, and what they are computed with.
  package struct Choices: Sendable {
    /// The scores; nil for the usual ones, without METEOR where it cannot be computed.
    package var metrics: [Metric]?
    /// The captions of the training data, to count those that are copied; nil if they are not known.
    package var training: ReferenceCaptions?
    /// The weights of CIDEr's n-grams; nil for those of the references.
    package var frequencies: DocumentFrequencies?
    /// The file that they were read from, for messages.
    package var frequenciesPath = ""
    /// The data of METEOR.
    package var meteor = METEORResources()
    /// The program that computes SPICE; nil if it was not named.
    package var spice: SPICEProgram?
    /// The number of threads.
    package var threadCount = 1

    package init() {}
  }

  /// Scores captions; of several of a picture, the first.
  ///
  /// - Throws: `EvaluationError`, if a score needs what the captions do not have; `METEORError`.
  package init(of captions: EvaluatedCaptions, _ choices: Choices = Choices()) throws {
    let tokenizer = captions.tokenizer
    if let frequencies = choices.frequencies, frequencies.tokenizer != tokenizer.kind {
      throw EvaluationError(
        choices.frequenciesPath,
        .otherTokenizer(
          frequencies: frequencies.tokenizer.rawValue, captions: tokenizer.kind.rawValue))
    }
    let tokenized = concurrentMap(captions.pictures, threadCount: choices.threadCount) { picture in
      ScoredCaption(
        candidate: picture.captions[0], references: picture.references, tokenizer: tokenizer)
    }
    let chosen = choices.metrics ?? Metric.usual
    let metrics =
      choices.spice == nil || chosen.contains(.spice) ? chosen : chosen + [.spice]
    // METEOR takes longest, and needs nothing of the others.
    let (scores, meteor) = concurrently(threadCount: choices.threadCount) {
      CaptionScores(
        scoring: tokenized, frequencies: choices.frequencies,
        withPlainCIDEr: metrics.contains(.plainCIDEr))
    } _: {
      metrics.contains(.meteor) ? Self.meteorScores(tokenized, tokenizer, choices) : nil
    }
    bleuCounts = scores.bleuCounts
    var notes = captions.notes
    var columns: [ScoreColumn] = []
    for metric in Metric.allCases where metrics.contains(metric) {
      if metric == .meteor {
        if let column = try Self.column(of: meteor, tokenizer, choices, &notes) {
          columns.append(column)
        }
        continue
      }
      if metric == .spice {
        columns.append(try Self.spice(tokenized, captions.path, choices.spice, &notes))
        continue
      }
      columns += try Self.columns(metric, captions, tokenized, scores, choices.frequencies)
    }
    (self.columns, self.metrics) = (columns, metrics)
    confidence = ConfidenceQuality(
      of: captions, scores: scores.images.map(\.cider), references: tokenized.map(\.references),
      frequencies: choices.frequencies)
    let known = choices.training.map { training in
      Set(training.pictures.flatMap { $0.captions.map(tokenizer.words(of:)) })
    }
    variety = CaptionVariety(of: tokenized.map(\.candidate), training: known)
    self.captions = captions
    self.notes = notes + Self.notes(captions, tokenized, metrics, choices.frequencies)
  }

  /// Returns METEOR, or the reason why it cannot be computed; nil in other languages, unless it was asked for.
  private static func meteorScores(
    _ tokenized: [ScoredCaption], _ tokenizer: CaptionTokenizer, _ choices: Choices
  ) -> Result<METEORScores, METEORError>? {
    guard tokenizer.kind == .english || choices.metrics != nil else { return nil }
    return Result { () throws(METEORError) in
      try METEORScores(
        scoring: tokenized, with: choices.meteor, threadCount: choices.threadCount)
    }
  }

  /// Returns the column of METEOR; nil where it was not asked for and cannot be computed, which a note says.
  private static func column(
    of meteor: Result<METEORScores, METEORError>?, _ tokenizer: CaptionTokenizer,
    _ choices: Choices, _ notes: inout [String]
  ) throws -> ScoreColumn? {
    guard let meteor else {
      notes.append("METEOR is for English, and left out")
      return nil
    }
    if tokenizer.kind != .english {
      notes.append("METEOR is for English: its stems and synonyms are")
    }
    do throws(METEORError) {
      let scores = try meteor.get()
      if let problem = scores.cacheProblem {
        notes.append(
          "METEOR's index cannot be kept in \(problem.path), so the next use takes some seconds, too; $CUTLINE_CACHE "
            + "may name another folder")
      }
      // Only METEOR with all of its data is what others call METEOR.
      return ScoreColumn(
        scores.isWhole ? "METEOR" : scores.name, scores.captions.map(\.summand), zero: .zero,
        add: { $0 = $0 + $1 }, score: \.score)
    } catch {
      guard choices.metrics == nil, case .noStemmer = error.problem else { throw error }
      notes.append("METEOR is left out. \(error)")
      return nil
    }
  }

  private static func spice(
    _ tokenized: [ScoredCaption], _ path: String, _ program: SPICEProgram?,
    _ notes: inout [String]
  ) throws -> ScoreColumn {
    guard let program else {
      throw EvaluationError(
        path,
        .noScore(
          Metric.spice.rawValue,
          reason: "is computed by its authors' program. Name its spice-1.0.jar with --spice."))
    }
    let scores = try program.scores(of: tokenized)
    let missing = scores.count { $0 == nil }
    if missing > 0 {
      notes.append(
        "SPICE is the mean without \(missing) pictures to which its program gave no number; that of pycocoevalcap "
          + "would be no number")
    }
    return ScoreColumn(mean: "SPICE", scores)
  }

  private static func columns(
    _ metric: Metric, _ captions: EvaluatedCaptions, _ tokenized: [ScoredCaption],
    _ scores: CaptionScores, _ frequencies: DocumentFrequencies?
  ) throws(EvaluationError) -> [ScoreColumn] {
    switch metric {
    case .meteor, .spice: return []
    case .bleu:
      return (0..<4).map { order in
        ScoreColumn(
          "Bleu_\(order + 1)", scores.imageBLEUCounts, zero: .zero, add: { $0 += $1 },
          score: { $0.scores[order] })
      }
    case .rouge: return [ScoreColumn(mean: "ROUGE_L", scores.images.map(\.rougeL))]
    case .cider: return [ScoreColumn(mean: "CIDEr", scores.images.map(\.cider))]
    case .plainCIDEr: return [ScoreColumn(mean: "CIDEr_plain", scores.images.map(\.plainCIDEr))]
    case .wer:
      return [
        errors("WER", tokenized.map { EditErrors(of: $0.candidate, references: $0.references) })
      ]
    case .cer:
      return [
        errors(
          "CER",
          captions.pictures.map { picture in
            EditErrors(
              of: characters(picture.captions[0]), references: picture.references.map(characters))
          })
      ]
    case .exact:
      return [
        ScoreColumn(
          mean: "exact",
          zip(tokenized, captions.pictures).map { words, picture in
            // Where there are no words to compare, such as in "?", the texts must be equal.
            let isExact =
              words.candidate.isEmpty
              ? picture.references.map(characters).contains(characters(picture.captions[0]))
              : words.references.contains(words.candidate)
            return isExact ? 1 : 0
          })
      ]
    case .selfCIDEr:
      let all = captions.pictures.map { $0.captions.map(captions.tokenizer.words(of:)) }
      guard all.contains(where: { $0.count > 1 }) else {
        throw EvaluationError(
          captions.path,
          .noScore(
            metric.rawValue,
            reason:
              "needs several captions of each picture, and there is one. Write more, with -k 5."))
      }
      return [
        ScoreColumn(
          mean: "self-CIDEr",
          Metrics.selfCIDEr(
            of: all, references: tokenized.map(\.references), frequencies: frequencies))
      ]
    }
  }

  private static func errors(_ key: String, _ errors: [EditErrors]) -> ScoreColumn {
    ScoreColumn(
      key, isError: true, errors, zero: EditErrors(errors: 0, length: 0), add: { $0 += $1 },
      score: \.rate)
  }

  /// The fewest pictures whose references tell rare n-grams from common ones.
  private static let fewPictures = 50

  private static func notes(
    _ captions: EvaluatedCaptions, _ tokenized: [ScoredCaption], _ metrics: [Metric],
    _ frequencies: DocumentFrequencies?
  ) -> [String] {
    var notes: [String] = []
    let weighs = metrics.contains { [.cider, .plainCIDEr].contains($0) }
    if weighs, frequencies == nil, tokenized.count == 1 {
      notes.append(
        "CIDEr of a single picture is 0: an n-gram weighs nothing if every picture has it. Give the document "
          + "frequencies of a larger set, with --df FILE")
    } else if weighs, frequencies == nil, tokenized.count < fewPictures {
      notes.append(
        "CIDEr of \(tokenized.count) pictures weighs n-grams by these alone, and cannot be compared with that of "
          + "other sets. Give the document frequencies of a larger set, with --df FILE")
    }
    let singleCount = captions.pictures.count { $0.captions.count < 2 }
    if metrics.contains(.selfCIDEr), singleCount > 0 {
      notes.append(
        "self-CIDEr is the mean without \(singleCount) pictures that have one caption only")
    }
    let longCount = captions.pictures.count { picture in
      (picture.captions.prefix(1) + picture.references).contains {
        $0.unicodeScalars.count > CaptionTokenizer.lengthLimit
      }
    }
    let wordyCount = tokenized.count { caption in
      caption.candidate.count >= CaptionTokenizer.wordLimit
        || caption.references.contains { $0.count >= CaptionTokenizer.wordLimit }
    }
    if longCount + wordyCount > 0 {
      notes.append(
        "captions of \(max(longCount, wordyCount)) pictures are cut after \(CaptionTokenizer.wordLimit) words or "
          + "\(CaptionTokenizer.lengthLimit) characters")
    }
    return notes
  }
}

/// The characters of a text, without blanks at its ends; at most so many that two can be compared.
private func characters(_ text: String) -> [Unicode.Scalar] {
  let scalars = text.unicodeScalars.prefix(CaptionTokenizer.lengthLimit)
  var rest = scalars[...]
  while let first = rest.first, first.properties.isWhitespace { rest = rest.dropFirst() }
  while let last = rest.last, last.properties.isWhitespace { rest = rest.dropLast() }
  return Array(rest)
}
