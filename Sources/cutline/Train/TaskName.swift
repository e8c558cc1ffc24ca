import ArgumentParser

/// What a model learns to say: sentences, or one of some labels.
enum TaskName: String, ExpressibleByArgument, CaseIterable {
  case caption, classify

  /// Throws if one of these options is given, which say nothing to this task.
  func refuse(_ options: [(name: String, isGiven: Bool)]) throws {
    guard let option = options.first(where: \.isGiven)?.name else { return }
    throw ValidationError(
      self == .classify
        ? "\(option) is about sentences, and --task classify says one label. Leave it out."
        : "\(option) is about labels. Add --task classify.")
  }
}
