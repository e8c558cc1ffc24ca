/// An interval of a training.
package enum Interval: Sendable, Equatable {
  /// A number of steps.
  case steps(Int)
  /// A number of epochs, counted to the end of the last.
  case epochs(Int)

  /// Parses "500", every 500 steps, or "2ep", every two epochs; nil for other text.
  package init?(_ text: String) {
    let isOfEpochs = text.hasSuffix("ep")
    guard let count = Int(isOfEpochs ? String(text.dropLast(2)) : text) else { return nil }
    self = isOfEpochs ? .epochs(count) : .steps(count)
  }

  package var count: Int {
    switch self {
    case .steps(let count), .epochs(let count): count
    }
  }

  package var text: String {
    switch self {
    case .steps(let count): "\(count)"
    case .epochs(let count): "\(count)ep"
    }
  }
}
