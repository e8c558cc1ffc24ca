import Files
import Layers
import Text

/// A captioner, or a classifier, to learn on from: all that its folder holds.
package struct TrainedCaptioner: Sendable {
  package let path: String
  package let configuration: ModelConfiguration
  package let decoder: DecoderConfiguration
  /// In float32, whatever the folder stores.
  package let model: CaptionModel
  package let vocabulary: Vocabulary
  /// The number of times each word was seen in its training.
  package let counts: WordCounts
  /// A checksum of all that it is, to notice when it has changed.
  package let fingerprint: String
  /// The checksum of its weights, by which models are known elsewhere.
  package let weightsChecksum: String

  /// - Throws: `ModelError` if the folder holds no captioner, a damaged one, or one whose words are cut
  ///   another way.
  package init(loading directory: ModelDirectory) throws(ModelError) {
    let verification = directory.beginVerification()
    configuration = try directory.configuration()
    guard let decoder = configuration.decoder else {
      throw ModelError(directory.path, .noDecoder)
    }
    try directory.checkTokenizer()
    vocabulary = try directory.vocabulary()
    guard vocabulary.count > Vocabulary.specialWords.count else {
      throw ModelError(directory.path, .noWords)
    }
    model = try directory.model(
      configuration, vocabulary: vocabulary, keepingBfloat16Matrices: false)
    counts = try directory.counts()
    fingerprint = try directory.fingerprint()
    weightsChecksum = try directory.weightsChecksum()
    (path, self.decoder) = (directory.path, decoder)
    try verification.wait()
  }
}

extension ModelDirectory {
  /// Throws unless captions are cut into words as the model's were.
  fileprivate func checkTokenizer() throws(ModelError) {
    let file = "\(path)/\(FileName.tokenizer)"
    let json: JSONValue
    let bytes = try bytes(of: file, limit: 1 << 20)
    do throws(JSONError) {
      json = try JSONValue(reading: bytes)
    } catch {
      throw ModelError(file, .notJSON(error))
    }
    let ours = CaptionTokenizer().identity
    guard json["type"]?.string == ours.type, json["version"]?.integer == ours.version else {
      throw ModelError(file, .otherTokenizer(json.compactText))
    }
  }

  /// A checksum of the configuration, the weights and the words.
  fileprivate func fingerprint() throws(ModelError) -> String {
    var hash = SHA256()
    for name in FileName.essential {
      let listed = listedDigest(of: name)
      let digest = if let listed { listed } else { try checksum(of: name) }
      Array("\(name) \(digest)\n".utf8).withUnsafeBytes { hash.update($0) }
    }
    return String(hash.digest().description.prefix(16))
  }
}
