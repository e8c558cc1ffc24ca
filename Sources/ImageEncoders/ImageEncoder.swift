import Layers
import Synchronization
import Tensors

/// The features of a picture or clip that a decoder reads.
package enum FeatureKind: Sendable {
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
package protocol ImageEncoder: Module {
  /// The number of pooled features of a picture, `F`.
  var pooledSize: Int { get }
  /// The number of channels of its feature map, `C`.
  var channelCount: Int { get }

  /// - Parameter pixels: `[B, H, W, 3]`, normalised as the weights were trained with.
  /// - Returns: A feature map, `[B, h, w, C]`.
  func callAsFunction(_ pixels: Tensor) -> Tensor

  /// One vector per picture, `[B, F]`, from its feature map.
  func pooled(_ map: Tensor) -> Tensor
}

extension ImageEncoder {
  /// The mean over all positions, which is what most classifiers read.
  package func pooled(_ map: Tensor) -> Tensor { map.mean(over: [1, 2]) }

  package var channelCount: Int { pooledSize }

  /// One vector per picture, `[B, F]`, from `[B, H, W, 3]`.
  package func features(_ pixels: Tensor) -> Tensor { pooled(self(pixels)) }

  /// Returns the features of each picture or frame: `[B, F]`, or the map `[B, h, w, C]`, from `[B, H, W, 3]`.
  package func features(_ pixels: Tensor, _ kind: FeatureKind) -> Tensor {
    kind == .positions ? self(pixels) : features(pixels)
  }

  /// Returns the same features, computed in parts of a few pictures: each thread takes whole parts.
  ///
  /// The maps of one picture in float32 fit into a core's cache, as do those of two in bfloat16 and of four in 8-bit
  /// numbers, which read the weights less often; those of a batch do not fit. Picture by picture, MobileNetV2 is 1.15
  /// (bfloat16) to 1.25 (float32) times as fast at 32 pictures as with all threads in each layer; in 8-bit numbers,
  /// parts of four are 1.1 times as fast as single pictures (`cutline bench --encoder mobilenet_v2`). Beside other
  /// programs no thread waits for one that lost its core. With fewer than two parts per thread, all threads compute
  /// each layer together.
  ///
  /// - Parameters:
  ///   - pixels: `[B, H, W, 3]`, without a history.
  ///   - kind: The kind of features.
  /// - Returns: `[B, F]` or `[B, h, w, C]`.
  package func featuresByPicture(_ pixels: Tensor, _ kind: FeatureKind) -> Tensor {
    byPicture(pixels) { features($0, kind) }
  }

  /// Returns the feature map, `[B, h, w, C]`, computed picture by picture.
  package func mapByPicture(_ pixels: Tensor) -> Tensor { byPicture(pixels) { self($0) } }

  private func byPicture(_ pixels: Tensor, _ body: @Sendable (Tensor) -> Tensor) -> Tensor {
    let (count, size) = (pixels.shape[0], pixels.shape[1] * pixels.shape[2])
    // Of small pictures several are as much work as a large one.
    let usual = max(1, Self.bytesOfPart / max(size * pixels.elementType.byteCount, 1))
    let partSize = min(usual, max(1, count / (2 * Device.threadCount)))
    let starts = Array(stride(from: 0, to: count, by: partSize))
    guard starts.count >= 2 * Device.threadCount else { return body(pixels) }
    let parts = Mutex([Tensor?](repeating: nil, count: starts.count))
    Device.forEach(starts.count) { index in
      let part = body(pixels.slice(starts[index]..<min(starts[index] + partSize, count)))
      parts.withLock { $0[index] = part }
    }
    return Tensor(concatenating: parts.withLock { $0.compactMap(\.self) }, along: 0)
  }

  /// The size of the pixels of a part, of one channel.
  private static var bytesOfPart: Int { 224 * 224 * 4 }

  /// Returns the number of features of a picture, or of each of its positions or frames.
  package func featureSize(_ kind: FeatureKind) -> Int {
    kind == .positions ? channelCount : pooledSize
  }
}
