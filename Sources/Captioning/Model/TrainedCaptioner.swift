import Files
import Layers
import Text

/// The contents of the folder of a captioner or classifier that a training starts from.
package struct TrainedCaptioner: Sendable {
  package let path: String
  package let configuration: ModelConfiguration
  package let decoder: DecoderConfiguration
  /// The model in float32, also if the folder stores bfloat16.
  package let model: CaptionModel
  package let vocabulary: Vocabulary
  /// The classes of its encoder's classifier; nil if it has none.
  package let classes: PictureClasses?
  /// The number of times each word was seen in its training.
  package let counts: WordCounts
  /// A checksum of configuration, weights and vocabulary, to notice a change.
  package let fingerprint: String
  /// The checksum of its weights.
  package let weightsChecksum: String

  /// - Throws: `ModelError` if the folder holds no captioner, a damaged one, or one with another
  ///   tokenizer.
  package init(loading directory: ModelDirectory) throws(ModelError) {
    let verification = directory.beginVerification()
    configuration = try directory.configuration()
    guard let decoder = configuration.decoder else {
      throw ModelError(directory.path, .noDecoder)
    }
    try directory.requireTokenizer()
    vocabulary = try directory.vocabulary()
    guard vocabulary.count > Vocabulary.specialWords.count else {
      throw ModelError(directory.path, .noWords)
    }
    model = try directory.model(
      configuration, vocabulary: vocabulary, keepingBfloat16Matrices: false)
    classes = try directory.classes(configuration.encoder)
    counts = try directory.counts()
    fingerprint = try directory.fingerprint()
    weightsChecksum = try directory.weightsChecksum()
    (path, self.decoder) = (directory.path, decoder)
    try verification.wait()
  }
}

extension ModelDirectory {
  /// Throws unless the folder has the file that names the tokenizer.
  fileprivate func requireTokenizer() throws(ModelError) {
    _ = try bytes(of: "\(path)/\(FileName.tokenizer)", limit: 1 << 20)
  }

  /// A checksum of the configuration, the weights and the words.
  fileprivate func fingerprint() throws(ModelError) -> String {
    var hash = SHA256()
    let merges = isFile("\(path)/\(FileName.merges)") ? [FileName.merges] : []
    for name in FileName.essential + merges {
      let listed = listedDigest(of: name)
      let digest = if let listed { listed } else { try checksum(of: name) }
      Array("\(name) \(digest)\n".utf8).withUnsafeBytes { hash.update($0) }
    }
    return String(hash.digest().description.prefix(16))
  }
}
