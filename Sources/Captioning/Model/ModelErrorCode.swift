extension ModelError {
  /// The kinds of failure.
  public enum Code: String, Sendable, CaseIterable {
    /// There is no model of that name.
    case notFound = "not_found"
    /// The model is no captioner, such as an encoder that has learned no captions.
    case otherTask = "other_task"
    /// `config.json` has a setting that this version does not know, or settings that do not fit together.
    case configuration
    /// A file is missing, damaged or not the one that belongs to the model.
    case damaged
    /// The models of an ensemble do not fit together.
    case mismatch
    /// A setting is out of its range, or needs another processor.
    case unsupported
  }

  /// The kind of failure.
  public var code: Code {
    switch problem {
    case .notFound, .notAModel: .notFound
    case .noDecoder: .otherTask
    case .configuration, .notJSON: .configuration
    case .otherWords, .otherParts, .otherFraming, .otherWeights: .mismatch
    case .noBfloat16, .notQuantized, .search: .unsupported
    default: .damaged
    }
  }
}
