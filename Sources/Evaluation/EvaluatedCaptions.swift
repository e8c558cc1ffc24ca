import Datasets
import Text

/// Captions beside what people wrote of the same pictures.
package struct EvaluatedCaptions: Sendable {
  package struct Picture: Sendable, Equatable {
    /// The id or file, as the references have it.
    package let label: String
    /// The id, if it is a number.
    package let number: Int?
    /// The name of the file, if it is known.
    package let file: String?
    /// The path of the file, if it is known.
    package let path: String?
    /// The captions, the best first; at least one.
    package let captions: [String]
    /// The confidence of the best caption, in `0...1`; nil if it is not known.
    package let confidence: Double?
    package let references: [String]
  }

  /// The captions, by their name in messages.
  package let path: String
  /// The pictures in the order of the references.
  package private(set) var pictures: [Picture]
  /// Splits these captions and those of people into words.
  package var tokenizer = CaptionTokenizer()
  /// The perplexity per word of the captions of people, by the model that wrote these; nil if it is not known.
  package var perplexity: Double?
  /// Facts that a reader of the scores should know.
  package private(set) var notes: [String] = []

  /// Takes the captions that a model wrote of the pictures of `references`, in their order.
  ///
  /// - Parameters:
  ///   - path: The name of the model.
  ///   - captions: The captions of each picture, the best first.
  ///   - confidences: The confidence of each best caption; nil if they are not known.
  ///   - references: The captions of people.
  package init(
    _ path: String, _ captions: [[String]], confidences: [Double?]? = nil,
    of references: ReferenceCaptions
  ) {
    self.path = path
    pictures = references.pictures.enumerated().map { place, picture in
      Picture(picture, captions: captions[place], confidence: confidences?[place])
    }
  }

  /// Returns other captions of the same pictures, one of each.
  func replaced(by others: [String]) -> EvaluatedCaptions {
    var captions = self
    captions.pictures = zip(pictures, others).map { picture, caption in
      Picture(
        label: picture.label, number: picture.number, file: picture.file, path: picture.path,
        captions: [caption], confidence: nil, references: picture.references)
    }
    (captions.perplexity, captions.notes) = (nil, [])
    return captions
  }

  /// Returns the captions of some pictures.
  package func keeping(_ isKept: (Picture) -> Bool) -> EvaluatedCaptions {
    var captions = self
    captions.pictures = pictures.filter(isKept)
    return captions
  }

  /// Finds the picture of each caption.
  ///
  /// - Parameters:
  ///   - results: The captions.
  ///   - references: The captions of people.
  ///   - isPartial: True to leave out pictures without a caption, and captions of other pictures.
  /// - Throws: `EvaluationError`, if the files are not about the same pictures, or a picture has two captions.
  package init(
    _ results: ResultCaptions, of references: ReferenceCaptions, partially isPartial: Bool = false
  ) throws(EvaluationError) {
    path = results.path
    let index = ReferenceIndex(references)
    var rows: [Int: ResultCaptions.Row] = [:]
    var unknownCount = 0
    for row in results.rows {
      let match = index.match(row.picture)
      if match == .several {
        throw EvaluationError(
          path, record: row.record, .ambiguousPicture(row.picture, references: references.path))
      }
      guard case .one(let place) = match else {
        unknownCount += 1
        if isPartial { continue }
        throw EvaluationError(
          path, record: row.record,
          .unknownPicture(
            row.picture, similar: index.similarID(to: row.picture), references: references.path))
      }
      if let file = row.file, case .one(let other) = index.match(file), other != place {
        throw EvaluationError(
          path, record: row.record, .contradiction(id: row.picture, file: file))
      }
      if let first = rows[place] {
        throw EvaluationError(
          path, record: row.record, .repeatedPicture(row.picture, first: first.record))
      }
      rows[place] = row
    }
    pictures = references.pictures.enumerated().compactMap { place, picture in
      guard let row = rows[place], !row.captions.isEmpty else { return nil }
      return Picture(
        picture, captions: row.captions,
        confidence: row.confidence.flatMap { (0...1).contains($0) ? $0 : nil })
    }
    let missing = references.pictures.enumerated().filter { place, _ in
      rows[place]?.captions.isEmpty ?? true
    }
    if pictures.isEmpty {
      throw EvaluationError(path, .nothingInCommon(references: references.path))
    }
    if let first = missing.first, !isPartial {
      throw EvaluationError(
        path,
        .missing(
          missing.count, of: references.pictures.count, first: first.element.label,
          withoutCaption: rows.values.count(where: \.captions.isEmpty)))
    }
    if !missing.isEmpty {
      notes.append(
        "\(missing.count) of \(references.pictures.count) pictures \(missing.count == 1 ? "has" : "have") no caption, "
          + "and \(missing.count == 1 ? "is" : "are") not scored"
      )
    }
    if unknownCount > 0 {
      notes.append(
        unknownCount == 1
          ? "1 caption is of another picture, and is not scored"
          : "\(unknownCount) captions are of other pictures, and are not scored")
    }
    let kinds = rows.values.filter { Int($0.picture) != nil }.compactMap(\.isText)
    if !kinds.isEmpty, kinds.allSatisfy({ $0 != references.haveTextIDs }),
      references.pictures.contains(where: { $0.id != nil })
    {
      notes.append(
        "ids are texts in one file and numbers in the other; pycocoevalcap would not match them")
    }
    let beyondCount = rows.values.count { $0.confidence.map { !(0...1).contains($0) } ?? false }
    if beyondCount > 0 {
      notes.append(
        "the number of captions whose confidence is no probability, from 0 to 1, and is not judged: \(beyondCount)"
      )
    }
    if references.leftOutCount > 0 {
      notes.append(
        "the number of captions without text that were left out of \(references.path): \(references.leftOutCount)"
      )
    }
    if references.uncaptionedCount > 0 {
      notes.append(
        "\(references.uncaptionedCount) pictures of \(references.path) have no captions to score against"
      )
    }
  }
}

extension EvaluatedCaptions.Picture {
  fileprivate init(
    _ picture: ReferenceCaptions.Picture, captions: [String], confidence: Double?
  ) {
    self.init(
      label: picture.label, number: picture.id?.number, file: picture.name, path: picture.path,
      captions: captions, confidence: confidence, references: picture.captions)
  }
}
