import Datasets
import Metrics
import Text

extension RatingSummary {
  /// Computes how well scores predict the grades: Kendall's tau-b between each score of a caption and its mean grade.
  ///
  /// - Parameters:
  ///   - references: The captions of people.
  ///   - tokenizer: Splits captions into words.
  ///   - choices: The scores, and what they are computed with.
  /// - Returns: Facts that a reader of the scores should know.
  /// - Throws: `RatingError` for a picture that the references lack; the errors of `Evaluation`.
  package mutating func correlate(
    with references: ReferenceCaptions, _ tokenizer: CaptionTokenizer,
    _ choices: Evaluation.Choices
  ) throws -> [String] {
    let graded = Self.grades(of: files).filter { !$0.grades.isEmpty }
    let index = ReferenceIndex(references)
    for caption in graded where index.place(of: caption.picture) == nil {
      throw RatingError(
        files[0].path, .unknownPicture(caption.picture, references: references.path))
    }
    var keys: [String] = []
    var pairs: [String: (scores: [Double], grades: [Double])] = [:]
    var notes: [String] = []
    var seen: Set<[String]> = []
    for model in models {
      let own = graded.filter { $0.models.contains(model.name) }
      guard !own.isEmpty else { continue }
      var captions = try EvaluatedCaptions(
        ResultCaptions(
          model.name,
          own.enumerated().map { place, caption in
            .init(
              record: "caption \(place + 1)", picture: caption.picture,
              captions: [caption.caption])
          }), of: references, partially: true)
      captions.tokenizer = tokenizer
      let evaluation = try Evaluation(of: captions, choices)
      // That other pictures have no grades is no news.
      notes += evaluation.notes.filter { !captions.notes.contains($0) && !notes.contains($0) }
      let grades = Dictionary(
        own.compactMap { caption in
          index.place(of: caption.picture).map {
            (references.pictures[$0].label, Self.mean(caption.grades))
          }
        }, uniquingKeysWith: { first, _ in first })
      for (place, picture) in captions.pictures.enumerated() {
        guard let grade = grades[picture.label],
          seen.insert([picture.label, picture.captions[0]]).inserted
        else { continue }
        for column in evaluation.columns {
          guard let score = column.pictures[place] else { continue }
          if pairs[column.key] == nil { keys.append(column.key) }
          pairs[column.key, default: ([], [])].scores.append(score)
          pairs[column.key]?.grades.append(grade)
        }
      }
    }
    correlations = keys.compactMap { key in
      pairs[key].map { pair in
        Correlation(
          key: key, tau: kendallTau(pair.scores, pair.grades), count: pair.grades.count)
      }
    }
    return notes
  }

  private static func mean(_ grades: [Int]) -> Double {
    Double(grades.reduce(0, +)) / Double(grades.count)
  }
}
