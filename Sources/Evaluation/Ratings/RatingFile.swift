import Files

/// The grades that a person gave on a `RatingSheet`, as the page saves them.
package struct RatingFile: Sendable, Equatable {
  package static let schema = "cutline.ratings/1"

  package let path: String
  /// The checksum of the sheet.
  package let sheet: String
  package let scale: RatingScale
  /// The name that the person typed; may be empty.
  package let rater: String
  /// The captions in the order of the file.
  package let ratings: [Rating]

  /// A caption and its grade.
  package struct Rating: Sendable, Equatable {
    package let picture: String
    package let caption: String
    /// The models that wrote it.
    package let models: [String]
    /// Counted from 1, the worst; nil if none was given.
    package let grade: Int?
  }

  /// The number of captions without a grade.
  package var openCount: Int { ratings.count { $0.grade == nil } }

  private static let sizeLimit = 1 << 26

  /// Reads a file of ratings.
  ///
  /// - Throws: `RatingError`, if it is something else, was changed, or has grades that the scale lacks.
  package init(at path: String) throws(RatingError) {
    let json: JSONValue
    do {
      json = try MappedFile(path, limit: Self.sizeLimit).withBytes { try JSONValue(reading: $0) }
    } catch let error as JSONError {
      throw RatingError(path, .notJSON(error))
    } catch let error as FileError {
      throw RatingError(path, .unreadable(error))
    } catch {
      throw RatingError(path, .notRatings)
    }
    try self.init(json, path)
  }

  init(_ json: JSONValue, _ path: String) throws(RatingError) {
    guard let schema = json["schema"]?.string, let name = json["scale"]?.string,
      let sheet = json["sheet"]?.string, let elements = json["ratings"]?.elements
    else { throw RatingError(path, .notRatings) }
    guard schema == Self.schema else { throw RatingError(path, .otherSchema(schema)) }
    guard let scale = RatingScale(rawValue: name) else {
      throw RatingError(path, .unknownScale(name))
    }
    guard !elements.isEmpty else { throw RatingError(path, .notRatings) }
    var ratings: [Rating] = []
    for (place, element) in elements.enumerated() {
      do throws(RatingError.Problem) {
        ratings.append(try Rating(element, scale))
      } catch {
        throw RatingError(path, record: "ratings[\(place)]", error)
      }
    }
    (self.path, self.sheet, self.scale, self.ratings) = (path, sheet, scale, ratings)
    rater = json["rater"]?.string ?? ""
    var items: [RatingItem] = []
    for rating in ratings {
      items.append(
        RatingItem(
          picture: rating.picture, captions: [.init(rating.caption, by: rating.models)]))
    }
    let seen = Set(ratings.map { [$0.picture, $0.caption] })
    guard seen.count == ratings.count, items.identity(scale) == sheet else {
      throw RatingError(path, .changed)
    }
  }
}

extension RatingFile.Rating {
  fileprivate init(_ json: JSONValue, _ scale: RatingScale) throws(RatingError.Problem) {
    guard let picture = json["picture"]?.string, let caption = json["caption"]?.string,
      let models = json["models"]?.elements, let grade = json["grade"]
    else { throw .badRating }
    let names = models.compactMap(\.string)
    guard names.count == models.count, !names.isEmpty else { throw .badRating }
    (self.picture, self.caption, self.models) = (picture, caption, names)
    if grade == .null {
      self.grade = nil
    } else {
      guard let number = grade.integer, (1...scale.grades.count).contains(number) else {
        throw .unknownGrade(grade.compactText, scale)
      }
      self.grade = number
    }
  }
}

/// The reason why ratings cannot be read, or do not belong together.
package struct RatingError: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Problem: Error, Equatable, Sendable {
    case unreadable(FileError)
    case notJSON(JSONError)
    case notRatings
    case otherSchema(String)
    case unknownScale(String)
    /// A record without a picture, a caption, models or a grade.
    case badRating
    case unknownGrade(String, RatingScale)
    /// Captions, pictures or models that are not those of the sheet.
    case changed
    /// Ratings of another sheet than those of `first`.
    case otherSheet(first: String)
    /// The same grades by the same person.
    case repeated(first: String)
    case noGrades
    case unknownPicture(String, references: String)
  }
  package let path: String
  /// The record in the file.
  package let record: String?
  package let problem: Problem

  package init(_ path: String, record: String? = nil, _ problem: Problem) {
    (self.path, self.record, self.problem) = (path, record, problem)
  }

  package var description: String {
    if case .unreadable(let error) = problem { return error.description }
    return "\(record.map { "\(path), \($0)" } ?? path): \(fault)"
  }

  private var fault: String {
    switch problem {
    case .unreadable: ""
    case .notJSON(let error): "is not JSON: \(error). Save the ratings again from their page."
    case .notRatings:
      "holds no ratings. Name the file that the page of eval --rating-sheet saved."
    case .otherSchema(let schema):
      "is of the form '\(schema.prefix(100))', and \(RatingFile.schema) is read. Use a newer cutline."
    case .unknownScale(let name):
      "has the unknown scale '\(name.prefix(100))'. There are "
        + RatingScale.allCases.map(\.rawValue).joined(separator: " and ") + "."
    case .badRating:
      "has no picture, caption, models and grade. Save the ratings again from their page."
    case .unknownGrade(let grade, let scale):
      "has the grade \(grade.prefix(100)), but \(scale.rawValue) has 1 to \(scale.grades.count). Correct it, or write "
        + "null for none."
    case .changed:
      "is not what its page saved: pictures, captions or models were changed. Save the ratings again."
    case .otherSheet(let first):
      "is of another sheet than \(first). Read ratings of one sheet at a time."
    case .repeated(let first): "is by the same person as \(first). Name one file of each person."
    case .noGrades: "has no grade at all. Fill in the page, and save it again."
    case .unknownPicture(let picture, let references):
      "'\(picture.prefix(100))' is none of the pictures of \(references). Are these its references?"
    }
  }
}
