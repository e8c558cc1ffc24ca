import Captioning
import Files
import ImageEncoders
import Tensors

extension FeatureCache {
  /// The cache of an encoder's features of one kind, in `folder`.
  package init(
    of encoder: any ImageEncoder, _ configuration: EncoderConfiguration,
    _ kind: FeatureKind = .pooled, in folder: String
  ) {
    self.init(
      encoder: encoder.fingerprint(asEncoder: configuration, kind),
      rowSize: encoder.featureSize(kind), in: folder)
  }

  /// Returns the usual folder of features: in $CUTLINE_CACHE, or else where the system keeps caches.
  ///
  /// - Parameter environment: Returns the value of a variable of the environment.
  /// - Returns: The folder; nil if no variable names a place.
  package static func usualFolder(by environment: (String) -> String?) -> String? {
    cacheFolder(by: environment).map { "\($0)/features" }
  }
}
