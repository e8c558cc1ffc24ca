import Files
import Reports
import Tensors
import Text

/// The scores of captions as one HTML file that needs no network: tables, histograms, and the best, the worst and some
/// random captions with their pictures.
package struct EvaluationPage: Sendable {
  let title: String
  let evaluation: Evaluation
  /// The number of captions in each part.
  var sampleCount = 12
  /// The seed of the choice of random captions.
  var seed: UInt64 = 1
  /// Elements to show beside pictures, such as heat maps, by the pictures' indices.
  package var extras: [Int: String] = [:]

  package init(title: String, _ evaluation: Evaluation) {
    (self.title, self.evaluation) = (title, evaluation)
  }

  /// True if no picture can be shown, since nothing says where they are.
  package var hasNoPictures: Bool { evaluation.captions.pictures.allSatisfy { $0.path == nil } }

  package var html: String {
    let (best, worst, drawn) = shown
    var parts = ["<pre>\(escapedForHTML(evaluation.text))</pre>"]
    parts += evaluation.notes.map { "<p>\(escapedForHTML($0)).</p>" }
    parts += histograms.map(\.html)
    if let confidence = evaluation.confidence { parts.append(confidence.diagram.html) }
    if let key = rankingKey {
      parts.append(gallery("Best by \(key)", best))
      parts.append(gallery("Worst by \(key)", worst))
    }
    parts.append(gallery("At random", drawn))
    return HTMLPage(title: title, body: parts.joined(separator: "\n")).html
  }

  /// The indices of the pictures that are shown, each once.
  package var shownPictures: [Int] {
    let (best, worst, drawn) = shown
    return Set((rankingKey == nil ? [] : best + worst) + drawn).sorted()
  }

  private var shown: (best: [Int], worst: [Int], drawn: [Int]) {
    let order = ranked
    let count = min(sampleCount, order.count)
    var random = SeededGenerator(seed: seed)
    let drawn = random.shuffled(Array(order.indices)).prefix(count).sorted()
    return (Array(order.prefix(count)), order.suffix(count).reversed(), drawn)
  }

  /// The score that pictures are ordered by: CIDEr if there is one.
  private var rankingKey: String? {
    (evaluation.columns.first { $0.key == "CIDEr" } ?? evaluation.columns.first)?.key
  }

  /// The scores of the pictures that they are ordered by.
  private var ranking: [Double?] {
    evaluation.columns.first { $0.key == rankingKey }?.pictures ?? []
  }

  /// The indices of the pictures, the best first; of equal ones the first.
  private var ranked: [Int] {
    let isError = evaluation.columns.first { $0.key == rankingKey }?.isError ?? false
    let scores = ranking.map { ($0 ?? 0) * (isError ? -1 : 1) }
    guard !scores.isEmpty else { return Array(evaluation.captions.pictures.indices) }
    return scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
  }

  private var histograms: [Histogram] {
    let tokenizer = evaluation.captions.tokenizer
    let pictures = evaluation.captions.pictures
    var all: [Histogram] = []
    for column in evaluation.columns where ["CIDEr", "ROUGE_L", "METEOR"].contains(column.key) {
      let isCIDEr = column.key == "CIDEr"
      all.append(
        Histogram(
          "\(column.key) of each picture", [.init(column.key, column.pictures.compactMap(\.self))],
          width: isCIDEr ? 0.1 : 0.05, limit: isCIDEr ? 3 : 1, places: 1))
    }
    all.append(
      Histogram(
        "Words of a caption",
        [
          .init("captions", pictures.map { Double(tokenizer.words(of: $0.captions[0]).count) }),
          .init(
            "people's",
            pictures.flatMap { $0.references.map { Double(tokenizer.words(of: $0).count) } }),
        ], width: 1, limit: 26))
    return all
  }

  private func gallery(_ heading: String, _ indices: some Sequence<Int>) -> String {
    let scores = ranking
    let articles = indices.map { index in
      let picture = evaluation.captions.pictures[index]
      var sample = SamplePage.Sample(
        path: picture.path ?? picture.file ?? picture.label, caption: picture.captions[0],
        references: picture.references,
        cider: rankingKey == "CIDEr" ? scores[index] : nil)
      sample.extra = extras[index] ?? ""
      return sample.article
    }
    return
      "<h2>\(escapedForHTML(heading))</h2>\n<main>\n\(articles.joined(separator: "\n"))\n</main>"
  }
}
