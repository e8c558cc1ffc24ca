import Captioning
import ImageEncoders
import Tensors
import Training

extension FeatureCache {
  /// The cache of an encoder: in $CUTLINE_CACHE, else where the system keeps such things; nil where
  /// there is no such place.
  init?(
    of encoder: any ImageEncoder, _ configuration: EncoderConfiguration,
    _ kind: FeatureKind = .pooled
  ) {
    guard let folder = Self.cacheFolder else { return nil }
    self.init(
      encoder: encoder.fingerprint(asEncoder: configuration, kind),
      rowSize: encoder.featureSize(kind), in: "\(folder)/features")
  }

  private static var cacheFolder: String? {
    Variable.cache.value
      ?? Variable.cacheHome.value.map { "\($0)/cutline" }
      ?? Variable.home.value.map { "\($0)/.cache/cutline" }
  }
}
