import ImageEncoders
import Text

/// Models that caption together, and what they have in common.
struct LoadedEnsemble {
  let models: [CaptionModel]
  let configurations: [ModelConfiguration]
  let vocabulary: Vocabulary
  let verifications: [ChecksumVerification]

  /// - Parameter directories: At least one.
  /// - Throws: What is wrong with one of them, or does not fit the first.
  init(_ directories: [ModelDirectory]) throws(ModelError) {
    verifications = directories.map { $0.beginVerification() }
    var configurations: [ModelConfiguration] = []
    for directory in directories { configurations.append(try directory.configuration()) }
    // Before the words, which an encoder alone does not have either.
    for (directory, configuration) in zip(directories, configurations) {
      guard configuration.decoder != nil else { throw ModelError(directory.path, .noDecoder) }
      guard configuration.encoder.preprocessing.framesLike(configurations[0].encoder.preprocessing)
      else { throw ModelError(directory.path, .otherFraming(than: directories[0].path)) }
    }
    let vocabulary = try directories[0].vocabulary()
    for directory in directories.dropFirst() {
      guard try directory.vocabulary() == vocabulary else {
        throw ModelError(directory.path, .otherWords(than: directories[0].path))
      }
    }
    var models: [CaptionModel] = []
    for (directory, configuration) in zip(directories, configurations) {
      models.append(try directory.model(configuration, vocabulary: vocabulary))
    }
    (self.models, self.configurations, self.vocabulary) = (models, configurations, vocabulary)
  }
}

extension ImagePreprocessing {
  /// Whether both make the same square of a picture; numbers may differ.
  fileprivate func framesLike(_ other: ImagePreprocessing) -> Bool {
    framing == other.framing && size == other.size
  }
}
