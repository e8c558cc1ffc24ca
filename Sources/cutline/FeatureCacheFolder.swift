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
    let size = configuration.preprocessing.size
    // How many positions a map has, it is quickest to see.
    let blank = Tensor(zeros: kind == .pooled ? [0] : [1, size, size, 3])
    self.init(
      encoder: encoder.fingerprint(asEncoder: configuration, kind),
      shape: kind == .pooled
        ? [encoder.pooledSize] : Array(encoder.features(blank, kind).shape.dropFirst()),
      in: "\(folder)/features")
  }

  private static var cacheFolder: String? {
    environmentVariable("CUTLINE_CACHE")
      ?? environmentVariable("XDG_CACHE_HOME").map { "\($0)/cutline" }
      ?? environmentVariable("HOME").map { "\($0)/.cache/cutline" }
  }
}
