import Files
import Media

/// An error of a training run: its place, its cause and its remedy.
public struct TrainingError: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Kind: Sendable, Equatable {
    /// Another process writes into the run's folder.
    case locked
    /// The data set has nothing to learn from.
    case data
    /// A picture of the data set cannot be decoded.
    case picture(MediaError)
    /// Choices that do not fit the data, or each other.
    case choice
    /// The loss, the gradient or a weight is not finite any more.
    case diverged
    /// No checkpoint could be written.
    case checkpoint
  }
  package let kind: Kind
  public let description: String

  package init(_ kind: Kind, _ description: String) {
    (self.kind, self.description) = (kind, description)
  }
}
