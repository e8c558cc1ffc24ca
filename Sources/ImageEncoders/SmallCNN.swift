import Layers
import Tensors

/// A small network for learning from scratch: 64×64 pixels, four stages, a 4×4 map.
///
/// Group norm, because there are no published statistics to keep and batches are small. As narrow as it
/// is, it learns most in minutes: twice the width costs three times the time of a step, and on two cores
/// it is steps that count.
package struct SmallCNN: ImageEncoder {
  private var stages: [Stage] = []
  package let pooledSize = 128

  /// A convolution, pooling to half its height and width, and a norm of the quarter of positions that is left.
  private struct Stage: Module {
    var conv: Convolution
    var norm: GroupNorm

    func callAsFunction(_ x: Tensor) -> Tensor {
      relu(norm(maxPool(conv(x), window: 2, stride: 2)))
    }

    mutating func visitParameters(_ visitor: inout ParameterVisitor) {
      visitor.visit("conv", &conv)
      visitor.visit("norm", &norm)
    }
  }

  package init() {
    var channels = 3
    for width in [16, 32, 64, 128] {
      let conv = Convolution(from: channels, to: width, kernel: (3, 3))
      stages.append(Stage(conv: conv, norm: GroupNorm(channels: width, groups: 8)))
      channels = width
    }
  }

  /// `[B, 64, 64, 3]` to `[B, 4, 4, 128]`.
  package func callAsFunction(_ pixels: Tensor) -> Tensor {
    stages.reduce(pixels) { x, stage in stage(x) }
  }

  package mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    visitor.visit("stages", &stages)
  }
}

extension EncoderArchitecture {
  package static let smallCNN = EncoderArchitecture(
    "small_cnn",
    preprocessing: ImagePreprocessing(
      framing: .squash, size: 64, mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5]),
    library: "Cutline", classifierPrefixes: [], cacheName: "smallCNN"
  ) { _ in SmallCNN() }
}
