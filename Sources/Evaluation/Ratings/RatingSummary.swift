import Files
import Metrics
import Reports

/// The grades of several people: of each model, their agreement, and how well scores predict them.
package struct RatingSummary: Sendable {
  /// The grades of a model.
  package struct Model: Sendable, Equatable {
    package let name: String
    /// The number of each grade, the worst first.
    package let counts: [Int]

    package var ratedCount: Int { counts.reduce(0, +) }

    /// The mean grade; nil without grades.
    package var mean: Double? {
      guard ratedCount > 0 else { return nil }
      let sum = counts.enumerated().reduce(0) { $0 + ($1.offset + 1) * $1.element }
      return Double(sum) / Double(ratedCount)
    }
  }

  /// The correlation of a score with mean grades.
  package struct Correlation: Sendable, Equatable {
    package let key: String
    /// Kendall's tau-b; nil where all scores or all grades are equal.
    package let tau: Double?
    /// The number of captions.
    package let count: Int
  }

  package let scale: RatingScale
  package let files: [RatingFile]
  package let models: [Model]
  /// The agreement of all raters; nil of one.
  package let agreement: Agreement?
  /// The number of captions that all raters graded.
  package let sharedCount: Int
  package var correlations: [Correlation] = []
  /// Facts that a reader should know: captions without a grade.
  package let notes: [String]

  /// Joins the ratings of one sheet.
  ///
  /// - Throws: `RatingError`, if they are of several sheets, or there are no grades.
  package init(_ files: [RatingFile]) throws(RatingError) {
    precondition(!files.isEmpty, "ratings of at least one person")
    for (place, file) in files.enumerated() {
      guard file.sheet == files[0].sheet else {
        throw RatingError(file.path, .otherSheet(first: files[0].path))
      }
      if let same = files[..<place].first(where: {
        $0.rater == file.rater && (!file.rater.isEmpty || $0.ratings == file.ratings)
      }) {
        throw RatingError(file.path, .repeated(first: same.path))
      }
      guard file.openCount < file.ratings.count else { throw RatingError(file.path, .noGrades) }
    }
    (self.files, scale) = (files, files[0].scale)
    let gradeCount = scale.grades.count
    var names: [String] = []
    var counts: [String: [Int]] = [:]
    for rating in files.flatMap(\.ratings) {
      for name in rating.models {
        if counts[name] == nil {
          names.append(name)
          counts[name] = Array(repeating: 0, count: gradeCount)
        }
        if let grade = rating.grade { counts[name]?[grade - 1] += 1 }
      }
    }
    models = names.sorted().map { Model(name: $0, counts: counts[$0] ?? []) }
    let shared = Self.grades(of: files).filter { $0.grades.count == files.count }.map(\.grades)
    sharedCount = shared.count
    agreement =
      switch files.count {
      case 1: nil
      case 2: Agreement.cohen(shared.map { $0[0] }, shared.map { $0[1] })
      default: Agreement.fleiss(shared)
      }
    notes = files.filter { $0.openCount > 0 }.map {
      "\($0.path): \($0.openCount) of \($0.ratings.count) captions have no grade, and are not counted"
    }
  }

  /// A caption and the grades that it was given.
  package struct Graded: Sendable, Equatable {
    package let picture: String
    package let caption: String
    package let models: [String]
    package var grades: [Int]
  }

  /// Returns each caption with all of its grades.
  package static func grades(of files: [RatingFile]) -> [Graded] {
    var places: [[String]: Int] = [:]
    var captions: [Graded] = []
    for rating in files.flatMap(\.ratings) {
      let key = [rating.picture, rating.caption]
      let place = places[key] ?? captions.count
      if place == captions.count {
        places[key] = place
        captions.append(
          Graded(
            picture: rating.picture, caption: rating.caption, models: rating.models, grades: []))
      }
      if let grade = rating.grade { captions[place].grades.append(grade) }
    }
    return captions
  }

  // MARK: Output

  /// Lines for a terminal.
  package var text: String {
    let captions = files[0].ratings.count
    let pictures = Set(files[0].ratings.map(\.picture)).count
    var text =
      "\(files.count) \(files.count == 1 ? "rater" : "raters"), \(captions.grouped) captions of "
      + "\(pictures.grouped) pictures\n\n"
    var cells = [["MODEL", "GRADES", "MEAN"] + scale.grades.indices.reversed().map { "\($0 + 1)" }]
    cells += models.map { model in
      [model.name, model.ratedCount.grouped, model.mean.map { $0.text(places: 2) } ?? ""]
        + model.counts.reversed().map { count in
          model.ratedCount > 0 ? percent(Double(count) / Double(model.ratedCount)) : ""
        }
    }
    text += columnText(cells) + "\n"
    text += scale.grades.enumerated().reversed().map { "\($0 + 1)  \($1)\n" }.joined()
    if files.count > 1 { text += "\n\(agreementText)\n" }
    if !correlations.isEmpty {
      text += "\nKendall's tau-b with the mean grade of \(correlations[0].count.grouped) captions\n"
      text += columnText(
        correlations.map { [$0.key, $0.tau.map { $0.text(places: 3) } ?? "all are equal"] })
    }
    return text
  }

  private var kappaName: String { files.count == 2 ? "Cohen's kappa" : "Fleiss' kappa" }

  private var agreementText: String {
    guard let agreement else { return "agreement  no caption was graded by all raters" }
    let kappa =
      agreement.kappa.map { $0.text(places: 3) } ?? "undefined, since all grades are the same"
    return "agreement  \(kappaName) \(kappa); \(percent(agreement.observed)) alike, of "
      + "\(sharedCount.grouped) captions that all graded"
  }

  package var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("schema", "cutline.rating-summary/1"), .init("scale", .string(scale.rawValue)),
      .init(
        "raters",
        .array(
          files.map {
            [
              "file": .string($0.path), "rater": .string($0.rater),
              "open": .number(Double($0.openCount)),
            ]
          })),
      .init(
        "models",
        .array(
          models.map { model in
            [
              "name": .string(model.name), "mean": model.mean.map { .number($0) } ?? .null,
              "grades": .object(
                zip(scale.grades, model.counts).map { .init($0, .number(Double($1))) }),
            ]
          })),
    ]
    if let agreement {
      let key = files.count == 2 ? "cohen_kappa" : "fleiss_kappa"
      members.append(
        .init(
          "agreement",
          [
            key: agreement.kappa.map { .number($0) } ?? .null,
            "observed": .number(agreement.observed),
            "captions": .number(Double(sharedCount)),
          ]))
    }
    if !correlations.isEmpty {
      members.append(
        .init(
          "kendall_tau_b",
          .object(correlations.map { .init($0.key, $0.tau.map { .number($0) } ?? .null) })))
    }
    return .object(members)
  }
}
