/// The grades by which people judge captions.
package enum RatingScale: String, Sendable, CaseIterable {
  /// The four grades of Show and Tell (Vinyals et al., 2015).
  case four = "show-and-tell"
  /// The three groups in which S2VT shows its results (Venugopalan et al., 2015): people gave no grades there, but its
  /// examples are sorted so.
  case three = "s2vt"

  /// The grades, the worst first: a grade is its place, counted from 1.
  package var grades: [String] {
    switch self {
    case .four:
      [
        "unrelated to the image", "somewhat related to the image", "describes with minor errors",
        "describes without errors",
      ]
    case .three: ["irrelevant", "relevant but incorrect", "correct"]
    }
  }
}

/// Captions to be judged by people: of each picture one or several, whose writers are not shown.
package struct RatingItem: Sendable, Equatable {
  /// A caption and the models that wrote it.
  package struct Caption: Sendable, Equatable {
    package let text: String
    package var models: [String]

    package init(_ text: String, by models: [String]) { (self.text, self.models) = (text, models) }
  }

  /// The picture's id or file.
  package let picture: String
  /// Different ones, in the order in which they are shown.
  package var captions: [Caption]

  package init(picture: String, captions: [Caption]) {
    (self.picture, self.captions) = (picture, captions)
  }
}
