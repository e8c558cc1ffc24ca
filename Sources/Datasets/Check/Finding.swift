import Files

/// A finding of a check of a collection.
package struct Finding: Sendable {
  package enum Severity: String, Sendable, CaseIterable {
    /// Training refuses it, or scores would be meaningless.
    case error
    /// Training accepts it, but it may be a mistake.
    case warning
  }
  package let severity: Severity
  /// The identifier for scripts: "missing_picture".
  package let code: String
  /// The finding, as in "3 pictures are missing".
  package let title: String
  /// The advice.
  package let advice: String
  /// The pictures or records concerned, with the details of each.
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
