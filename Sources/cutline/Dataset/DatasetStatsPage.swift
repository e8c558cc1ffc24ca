import Datasets
import Files
import Reports
import Text

/// The captions of a collection as one HTML file that needs no network: histograms of each split, and the commonest
/// words.
struct DatasetStatsPage {
  let title: String
  let datasets: [CaptionDataset]
  /// The statistics of each data set.
  let surveys: [CaptionSurvey]

  private static let wordCount = 40

  var html: String {
    let parts = zip(datasets, surveys).map { dataset, survey in
      """
      <h2>\(dataset.split.rawValue)</h2>
      \(htmlTable(Self.facts(dataset, survey)))
      \(Self.histograms(dataset, survey).map(\.html).joined(separator: "\n"))
      <h2>The commonest words of \(dataset.split.rawValue)</h2>
      <p dir="auto">\(escapedForHTML(Self.words(survey)))</p>
      """
    }
    return HTMLPage(title: title, body: parts.joined(separator: "\n")).html
  }

  private static func facts(
    _ dataset: CaptionDataset, _ survey: CaptionSurvey
  ) -> [(String, String)] {
    [
      ("pictures", dataset.examples.count.grouped), ("captions", dataset.captionCount.grouped),
      ("words", survey.counts.total.grouped),
      ("different words", survey.counts.ranked.count.grouped),
    ]
  }

  private static func histograms(
    _ dataset: CaptionDataset, _ survey: CaptionSurvey
  ) -> [Histogram] {
    let frequencies = survey.counts.ranked.map { Double($0.count).binaryLogarithm }
    return [
      Histogram(
        "Captions by their number of words",
        [.init("captions", survey.lengths.joined().map { Double($0) })], width: 1, limit: 40),
      Histogram(
        "Pictures by their number of captions",
        [.init("pictures", dataset.examples.map { Double($0.captions.count) })], width: 1,
        limit: 20),
      Histogram(
        "Words by how often they occur", [.init("words", frequencies)], width: 1,
        edgeText: { exponent in (1 << Int(exponent)).grouped }),
    ]
  }

  private static func words(_ survey: CaptionSurvey) -> String {
    survey.counts.ranked.prefix(wordCount).map { "\($0.word) \($0.count.grouped)" }
      .joined(separator: ", ")
  }
}

extension Double {
  /// The whole part of the logarithm to base 2 of a number of 1 or more.
  fileprivate var binaryLogarithm: Double { Double(exponent) }
}
