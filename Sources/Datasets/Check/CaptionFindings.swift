/// The findings about the captions of a collection.
struct CaptionFindings {
  let datasets: [CaptionDataset]
  /// One for each data set.
  let surveys: [CaptionSurvey]

  var findings: [Finding] {
    (CaptionSurvey.Oddity.Kind.allCases.map(finding) + [uncaptioned]).compactMap(\.self)
  }

  private var uncaptioned: Finding? {
    let places = datasets.flatMap { $0.examples.filter(\.captions.isEmpty).map(\.path) }
    guard !places.isEmpty else { return nil }
    return Finding(
      .warning, "picture_without_captions",
      "\(places.count) \(places.count == 1 ? "picture has" : "pictures have") no captions",
      advice: "Training passes them over. Write captions, or remove them.", places: places)
  }

  private func finding(_ kind: CaptionSurvey.Oddity.Kind) -> Finding? {
    let places = zip(datasets, surveys).flatMap { dataset, survey in
      survey.oddities.filter { $0.kind == kind }.map { oddity in
        let picture = dataset.examples[oddity.picture]
        let caption = picture.captions[oddity.caption]
        let shown = caption.count > 80 ? "\(caption.prefix(80))…" : caption
        return "\(picture.path), caption \(oddity.caption + 1): \(shown)"
      }
    }
    guard !places.isEmpty else { return nil }
    let (one, many, advice) = Self.words(for: kind)
    let title = places.count == 1 ? "1 caption \(one)" : "\(places.count) captions \(many)"
    return Finding(.warning, kind.rawValue, title, advice: advice, places: places)
  }

  private static func words(
    for kind: CaptionSurvey.Oddity.Kind
  ) -> (one: String, many: String, advice: String) {
    let limit = CaptionSurvey.longestSensibleCaption
    return switch kind {
    case .tooLong:
      (
        "has more than \(limit) words", "have more than \(limit) words",
        "Is it a description of several pictures? Training cuts captions at --max-words."
      )
    case .withoutWords:
      (
        "has no words", "have no words",
        "Training passes them over. Write captions, or remove them."
      )
    case .oneWordRepeated:
      ("is one word over and over", "are one word over and over", "Write them anew.")
    case .controlCharacters:
      (
        "holds control characters", "hold control characters",
        "Remove them; U+FFFD is what is left of a text read in the wrong encoding."
      )
    case .markup:
      (
        "holds an address or markup", "hold addresses or markup",
        "Remove it, or the model learns to write it."
      )
    case .repeated:
      (
        "is there twice for its picture", "are there twice for their pictures",
        "Remove the copies, or the model learns them twice."
      )
    }
  }
}
