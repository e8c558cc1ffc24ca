import Files
import Text

/// Checks a collection for problems in training.
package struct DatasetCheck: Sendable {
  package let contents: CaptionContents
  /// One for each data set of `contents`.
  package let surveys: [CaptionSurvey]
  /// Errors first.
  package let findings: [Finding]
  package let minimumCount: Int
  package let maximumWords: Int
  /// The files that are not used.
  package let passedOver: PassedOver

  /// - Parameters:
  ///   - contents: The contents of the collection, without bad records.
  ///   - passedOver: The files that are not used.
  ///   - inspector: The inspector that opens the pictures; nil to skip them.
  ///   - minimumCount: The least count of a word in the vocabulary.
  ///   - maximumWords: The maximum number of words per caption in training.
  ///   - threadCount: The number of threads that tokenize captions.
  ///   - tokenizer: Splits captions into words.
  ///   - report: Receives the number of pictures done.
  package init(
    _ contents: CaptionContents, passingOver passedOver: PassedOver = PassedOver(),
    _ inspector: PictureInspector?, minimumCount: Int, maximumWords: Int, threadCount: Int,
    tokenizer: CaptionTokenizer = CaptionTokenizer(), report: (Int) -> Void
  ) {
    (self.contents, self.minimumCount, self.maximumWords) = (contents, minimumCount, maximumWords)
    self.passedOver = passedOver
    let surveys = contents.datasets.map {
      CaptionSurvey($0, threadCount: threadCount, tokenizer: tokenizer)
    }
    let pictures = contents.datasets.flatMap { dataset in
      dataset.examples.map { (split: dataset.split, image: $0) }
    }
    let inspections =
      inspector?.inspect(pictures.map(\.image)) { count in
        report(count)
        return true
      } ?? []
    let findings =
      Self.records(contents.leftOut)
      + PictureFindings(pictures, inspections).findings
      + CaptionFindings(datasets: contents.datasets, surveys: surveys).findings
      + zip(contents.datasets, surveys).filter { $0.0.split == .train }.flatMap {
        LearningFindings(
          dataset: $0, survey: $1, minimumCount: minimumCount, maximumWords: maximumWords
        ).findings
      }
      + passedOver.findings
    self.surveys = surveys
    self.findings = Finding.Severity.allCases.flatMap { severity in
      findings.filter { $0.severity == severity }
    }
  }

  package var errorCount: Int { count(.error) }
  package var warningCount: Int { count(.warning) }

  private func count(_ severity: Finding.Severity) -> Int {
    findings.reduce(0) { $0 + ($1.severity == severity ? $1.places.count : 0) }
  }

  private static func records(_ leftOut: [DatasetError]) -> [Finding] {
    let blank = leftOut.filter { $0.problem == .blankCaption }
    let nearer = leftOut.filter(\.isOfNearerMetadata)
    let bad = leftOut.filter(\.isBad)
    var findings: [Finding] = []
    if !bad.isEmpty {
      findings.append(
        Finding(
          .error, "bad_record",
          bad.count == 1 ? "1 record is wrong" : "\(bad.count) records are wrong",
          advice: "Mend them, or train with --skip-bad, which leaves them out.",
          places: bad.map(\.description)))
    }
    if !blank.isEmpty {
      findings.append(
        Finding(
          .warning, "blank_caption",
          blank.count == 1 ? "1 caption is blank" : "\(blank.count) captions are blank",
          advice: "They are left out.", places: blank.map { "\($0.path), \($0.record ?? "")" }))
    }
    if !nearer.isEmpty {
      findings.append(
        Finding(
          .warning, "nearer_metadata",
          nearer.count == 1
            ? "1 record is about a picture with metadata nearer to it"
            : "\(nearer.count) records are about pictures with metadata nearer to them",
          advice: "They are left out: the nearest metadata file counts.",
          places: nearer.map(\.description)))
    }
    return findings
  }

  // MARK: Words

  /// The word counts that a vocabulary is made from: those of the training captions, or of all
  /// captions if there are none.
  package var trainingCounts: WordCounts {
    let index = contents.datasets.firstIndex { $0.split == .train } ?? 0
    return surveys.indices.contains(index) ? surveys[index].counts : WordCounts()
  }

  /// The share of unknown words of each split, in `0...1`.
  package var unknownShares: [(split: CaptionDataset.Split, share: Double)] {
    let vocabulary = Vocabulary(trainingCounts, minimumCount: minimumCount)
    return zip(contents.datasets, surveys).map {
      ($0.split, vocabulary.unknownFraction(of: $1.counts))
    }
  }

  /// The number of captions of each split that training cuts.
  package var cutCounts: [(split: CaptionDataset.Split, count: Int)] {
    zip(contents.datasets, surveys).map {
      ($0.split, $1.captionCount(longerThan: maximumWords))
    }
  }

  /// The number of captions by their number of words, from 0 words.
  package var lengthHistogram: [Int] {
    var histogram: [Int] = []
    for length in surveys.lazy.flatMap({ $0.lengths.joined() }) {
      if length >= histogram.count {
        histogram += [Int](repeating: 0, count: length - histogram.count + 1)
      }
      histogram[length] += 1
    }
    return histogram
  }
}
