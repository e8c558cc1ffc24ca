import Files

/// Something that a check has to say about a collection.
package struct Finding: Sendable {
  package enum Severity: String, Sendable, CaseIterable {
    /// Training refuses it, or scores would mean nothing.
    case error
    /// Training takes it, but it may be a mistake.
    case warning
  }
  package let severity: Severity
  /// For scripts: "missing_picture".
  package let code: String
  /// What was found, as in "3 pictures are missing".
  package let title: String
  /// What to do about it.
  package let advice: String
  /// Where: pictures or records, with what there is to say of each.
  package let places: [String]

  package init(
    _ severity: Severity, _ code: String, _ title: String, advice: String, places: [String]
  ) {
    (self.severity, self.code, self.title, self.advice) = (severity, code, title, advice)
    self.places = places
  }

  package var json: JSONValue {
    [
      "severity": .string(severity.rawValue), "code": .string(code), "title": .string(title),
      "advice": .string(advice), "count": .number(Double(places.count)),
      "places": .array(places.map { .string($0) }),
    ]
  }
}
