import Files
import Text

/// The folders of models that caption together; mostly of one.
package struct ModelEnsemble: Sendable {
  /// At least one.
  package let directories: [ModelDirectory]
  /// The weight of each model's probabilities; nil weighs all alike.
  package let weights: [Float]?

  package init(_ directories: [ModelDirectory], weights: [Float]? = nil) {
    (self.directories, self.weights) = (directories, weights)
  }

  /// The models' names with + between.
  package var name: String { directories.map(\.name).joined(separator: "+") }

  package var paths: String { directories.map(\.path).joined(separator: ", ") }

  /// The configuration of the first model.
  package func configuration() throws(ModelError) -> ModelConfiguration {
    try directories[0].configuration()
  }

  /// Returns true if there is a single model, which attends to the frames of clips.
  package func attendsToFrames() throws(ModelError) -> Bool {
    guard directories.count == 1 else { return false }
    return try configuration().decoder?.attendsToFrames ?? false
  }

  package func vocabulary() throws(ModelError) -> Vocabulary { try directories[0].vocabulary() }

  /// The SHA-256 of the weights, as the folders' lists have it; nil if a folder has no list.
  ///
  /// For several models it is that of their digests, one a line.
  package func weightsDigest() -> String? {
    let digests = directories.compactMap { $0.weightsDigest() }
    return digests.count == directories.count ? Self.digest(of: digests) : nil
  }

  /// The same, computed where a folder has no list.
  package func weightsChecksum() throws(ModelError) -> String {
    var digests: [String] = []
    for directory in directories { digests.append(try directory.weightsChecksum()) }
    return Self.digest(of: digests)
  }

  private static func digest(of digests: [String]) -> String {
    digests.count == 1
      ? digests[0]
      : Array(digests.map { "\($0)\n" }.joined().utf8).withUnsafeBytes {
        SHA256.digest(of: $0).description
      }
  }
}
