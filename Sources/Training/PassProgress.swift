/// The progress of a pass over pictures that is not learning.
package struct PassProgress: Sendable, Equatable {
  package enum Pass: Sendable {
    /// The encoder computes features, once for all epochs.
    case features
    /// The model is evaluated on examples that it does not learn from.
    case validation
  }
  package let pass: Pass
  /// The number of pictures that are done.
  package let done: Int
  /// The number of all pictures.
  package let total: Int

  package init(pass: Pass, done: Int, total: Int) {
    (self.pass, self.done, self.total) = (pass, done, total)
  }
}

/// Ends a pass early; the epoch that it belongs to is then not finished.
package struct PassInterrupted: Error {
  package init() {}
}
