import Layers
import Tensors

/// What is kept of a picture or clip.
public enum FeatureKind: Sendable {
  /// One vector, `[F]`; of a clip the mean of its frames'.
  case pooled
  /// One for each position of the feature map, row by row, `[L, F]`; of a clip the mean of its frames'.
  case positions
  /// One for each frame of a clip, in order, `[T, F]`; a picture is a clip of one frame.
  case frames
}

/// A convolutional network that turns pictures into features, cut before its classifier.
///
/// Parameters carry torchvision's names, so its published weights load as they are.
public protocol ImageEncoder: Module {
  /// How many numbers describe one picture.
  var pooledSize: Int { get }
  /// How many describe each position of its feature map.
  var channelCount: Int { get }

  /// - Parameter pixels: `[B, H, W, 3]`, normalised as the weights were trained with.
  /// - Returns: A feature map, `[B, h, w, C]`.
  func callAsFunction(_ pixels: Tensor) -> Tensor

  /// One vector per picture, `[B, F]`, from its feature map.
  func pooled(_ map: Tensor) -> Tensor
}

extension ImageEncoder {
  /// The mean over all positions, which is what most classifiers read.
  public func pooled(_ map: Tensor) -> Tensor { map.mean(over: [1, 2]) }

  public var channelCount: Int { pooledSize }

  /// One vector per picture, `[B, F]`, from `[B, H, W, 3]`.
  public func features(_ pixels: Tensor) -> Tensor { pooled(self(pixels)) }

  /// What is kept of each picture or frame, `[B, F]` or `[B, L, F]`, from `[B, H, W, 3]`.
  public func features(_ pixels: Tensor, _ kind: FeatureKind) -> Tensor {
    if kind != .positions { return features(pixels) }
    let map = self(pixels)
    return map.reshaped(to: [map.shape[0], map.shape[1] * map.shape[2], map.shape[3]])
  }

  /// How many numbers describe a picture, or each of its positions or frames.
  public func featureSize(_ kind: FeatureKind) -> Int {
    kind == .positions ? channelCount : pooledSize
  }
}
