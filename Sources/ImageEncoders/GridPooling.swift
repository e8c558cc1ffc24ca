import Layers
import Tensors

/// An encoder whose pooled vector is the means of the `k × k` parts of its map, row by row, instead of the
/// one mean of all.
///
/// The mean over all positions does not tell left from right, nor the direction of a movement. Parts are
/// those of PyTorch's `AdaptiveAvgPool2d`, which overlap where the map cannot be cut evenly.
package struct GridPooling: ImageEncoder {
  private var encoder: any ImageEncoder
  private let side: Int

  /// - Parameters:
  ///   - encoder: Computes the map.
  ///   - side: `k`.
  package init(_ encoder: any ImageEncoder, side: Int) {
    (self.encoder, self.side) = (encoder, side)
  }

  package var pooledSize: Int { side * side * encoder.channelCount }
  package var channelCount: Int { encoder.channelCount }

  package func callAsFunction(_ pixels: Tensor) -> Tensor { encoder(pixels) }

  package func pooled(_ map: Tensor) -> Tensor {
    let (height, width) = (map.shape[1], map.shape[2])
    let parts = (0..<side).flatMap { row in
      let band = map.slice(part(row, of: height), along: 1)
      return (0..<side).map { band.slice(part($0, of: width), along: 2).mean(over: [1, 2]) }
    }
    return Tensor(concatenating: parts, along: 1)
  }

  private func part(_ index: Int, of size: Int) -> Range<Int> {
    index * size / side..<((index + 1) * size + side - 1) / side
  }

  package mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    encoder.visitParameters(&visitor)
  }
}
