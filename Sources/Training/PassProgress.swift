/// How far a round over pictures is, besides learning from them.
package struct PassProgress: Sendable, Equatable {
  package enum Pass: Sendable {
    /// The encoder looks at each picture, once for all epochs.
    case features
    /// The model writes about pictures it does not learn from.
    case validation
  }
  package let pass: Pass
  /// Pictures.
  package let done: Int
  package let total: Int
}

/// Ends a round over pictures before it is through; an epoch that it belongs to is not finished.
package struct PassInterrupted: Error {
  package init() {}
}
