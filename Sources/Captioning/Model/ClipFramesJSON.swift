import Files
import Media

extension ClipSampling.Frames {
  /// A number of frames, or `{"every": n, "at_most": m}`.
  package var json: JSONValue {
    switch self {
    case .evenly(let count): .number(Double(count))
    case .every(let step, let most):
      ["every": .number(Double(step)), "at_most": .number(Double(most))]
    }
  }

  /// Nil if `json` is neither.
  package init?(json: JSONValue) {
    let counts = 1...1000
    if let count = json.integer, counts.contains(count) {
      self = .evenly(count)
    } else if let step = json["every"]?.integer, let most = json["at_most"]?.integer,
      (1...1_000_000).contains(step), counts.contains(most)
    {
      self = .every(step, atMost: most)
    } else {
      return nil
    }
  }
}
