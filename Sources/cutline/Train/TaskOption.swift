import ArgumentParser
import Training

extension TaskEntry {
  /// Throws if an option is given that does not fit this task.
  func refuse(_ options: [(name: String, isGiven: Bool)]) throws {
    if let message = refusal(of: options) { throw ValidationError(message) }
  }
}
