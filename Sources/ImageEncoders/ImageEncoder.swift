import Layers
import Tensors

/// A convolutional network that turns pictures into features, cut before its classifier.
///
/// Parameters carry torchvision's names, so its published weights load as they are.
public protocol ImageEncoder: Module {
  /// How many numbers describe one picture.
  var pooledSize: Int { get }

  /// - Parameter pixels: `[B, H, W, 3]`, normalised as the weights were trained with.
  /// - Returns: A feature map, `[B, h, w, C]`.
  func callAsFunction(_ pixels: Tensor) -> Tensor

  /// One vector per picture, `[B, F]`, from its feature map.
  func pooled(_ map: Tensor) -> Tensor
}

extension ImageEncoder {
  /// The mean over all positions, which is what most classifiers read.
  public func pooled(_ map: Tensor) -> Tensor { map.mean(over: [1, 2]) }

  /// One vector per picture, `[B, F]`, from `[B, H, W, 3]`.
  public func features(_ pixels: Tensor) -> Tensor { pooled(self(pixels)) }
}
