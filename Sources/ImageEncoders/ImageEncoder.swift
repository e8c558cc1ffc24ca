import Layers
import Synchronization
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

  /// The same, picture by picture: each thread takes whole pictures, as it gets free.
  ///
  /// The maps of one picture fit into a core's cache, where those of a batch do not: MobileNetV2 is 1.15 (bfloat16)
  /// to 1.25 (float32) times as fast at 32 pictures (`cutline bench --encoder mobilenet_v2`). Beside other
  /// programs no thread waits for one that lost its core. With fewer than two parts per thread, all threads
  /// compute each layer together.
  ///
  /// - Parameters:
  ///   - pixels: `[B, H, W, 3]`, without a history.
  ///   - kind: What is kept of each picture.
  /// - Returns: `[B, F]` or `[B, L, F]`.
  package func featuresByPicture(_ pixels: Tensor, _ kind: FeatureKind) -> Tensor {
    byPicture(pixels) { features($0, kind) }
  }

  /// The feature map, `[B, h, w, C]`, likewise.
  package func mapByPicture(_ pixels: Tensor) -> Tensor { byPicture(pixels) { self($0) } }

  private func byPicture(_ pixels: Tensor, _ body: @Sendable (Tensor) -> Tensor) -> Tensor {
    let (count, size) = (pixels.shape[0], pixels.shape[1] * pixels.shape[2])
    // Of small pictures several are as much work as a large one.
    let partSize = max(1, Self.pixelsOfPart / max(size, 1))
    let starts = Array(stride(from: 0, to: count, by: partSize))
    guard starts.count >= 2 * Device.threadCount else { return body(pixels) }
    let parts = Mutex([Tensor?](repeating: nil, count: starts.count))
    Device.forEach(starts.count) { index in
      let part = body(pixels.slice(starts[index]..<min(starts[index] + partSize, count)))
      parts.withLock { $0[index] = part }
    }
    return Tensor(concatenating: parts.withLock { $0.compactMap(\.self) }, along: 0)
  }

  private static var pixelsOfPart: Int { 224 * 224 }

  /// How many numbers describe a picture, or each of its positions or frames.
  public func featureSize(_ kind: FeatureKind) -> Int {
    kind == .positions ? channelCount : pooledSize
  }
}
