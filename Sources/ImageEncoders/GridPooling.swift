import Layers
import Tensors

/// An encoder whose pooled vector keeps where things are: the means of the `k × k` parts of its map, row by
/// row, instead of the one mean of all.
///
/// The mean over all positions forgets whether a thing was on the left or on the right, and with it in which
/// direction it moves. Parts are those of PyTorch's `AdaptiveAvgPool2d`, which overlap where the map
/// cannot be cut evenly.
public struct GridPooling: ImageEncoder {
  private var encoder: any ImageEncoder
  private let side: Int

  /// - Parameters:
  ///   - encoder: What makes the map.
  ///   - side: `k`.
  public init(_ encoder: any ImageEncoder, side: Int) {
    (self.encoder, self.side) = (encoder, side)
  }

  public var pooledSize: Int { side * side * encoder.channelCount }
  public var channelCount: Int { encoder.channelCount }

  public func callAsFunction(_ pixels: Tensor) -> Tensor { encoder(pixels) }

  public func pooled(_ map: Tensor) -> Tensor {
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

  public mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    encoder.visitParameters(&visitor)
  }
}
