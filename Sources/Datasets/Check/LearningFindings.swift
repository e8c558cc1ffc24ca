import Text

/// Findings about words and captions that training would lose.
struct LearningFindings {
  /// The training split.
  let dataset: CaptionDataset
  let survey: CaptionSurvey
  let minimumCount: Int
  let maximumWords: Int

  /// The least share of a split's captions that are cut for a warning.
  private static let severeShare = 0.1

  var findings: [Finding] { [rareWords, cutCaptions].compactMap(\.self) }

  private var rareWords: Finding? {
    let loss = WordLoss(survey.counts, minimumCount: minimumCount)
    guard loss.isSevere else { return nil }
    let rare = survey.counts.counts.values.filter { $0 < minimumCount }
    return Finding(
      .warning, "rare_words",
      "\((loss.share * 1000).rounded() / 10) % of the words occur fewer than \(minimumCount) times",
      advice: "A model cannot write them. \(loss.advice)",
      places: [
        "\(dataset.split.rawValue): \(rare.reduce(0, +)) of \(survey.counts.total) words, "
          + "\(rare.count) of \(survey.counts.counts.count) different ones"
      ])
  }

  private var cutCaptions: Finding? {
    let count = survey.captionCount(longerThan: maximumWords)
    let total = dataset.captionCount
    guard count > 0, Double(count) >= Self.severeShare * Double(total) else { return nil }
    let longest = survey.lengths.lazy.joined().max() ?? 0
    return Finding(
      .warning, "cut_captions",
      "\(count) of \(total) captions are longer than \(maximumWords) words",
      advice: "Training cuts them at --max-words. The longest has \(longest) words.",
      places: ["\(dataset.split.rawValue): \(count) of \(total) captions"])
  }
}

extension CaptionSurvey {
  /// Returns the number of captions with more than `maximumWords` words, which training cuts.
  package func captionCount(longerThan maximumWords: Int) -> Int {
    lengths.lazy.joined().count { $0 > maximumWords }
  }
}
