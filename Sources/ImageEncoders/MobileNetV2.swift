import Layers
import Tensors

/// A network of inverted residual blocks, made for phones (Sandler et al., 2018).
package struct MobileNetV2: ImageEncoder {
  private var stem: NormalizedConvolution
  private var blocks: [MobileBlock] = []
  private var head: NormalizedConvolution

  package let pooledSize = 1280

  /// Expansion, output channels, repetitions and first stride of each stage (table 2 of the paper).
  private static let stages = [
    (expansion: 1, channels: 16, count: 1, stride: 1),
    (expansion: 6, channels: 24, count: 2, stride: 2),
    (expansion: 6, channels: 32, count: 3, stride: 2),
    (expansion: 6, channels: 64, count: 4, stride: 2),
    (expansion: 6, channels: 96, count: 3, stride: 1),
    (expansion: 6, channels: 160, count: 3, stride: 2),
    (expansion: 6, channels: 320, count: 1, stride: 1),
  ]

  /// - Parameter padding: Where the zeros go; weights trained with TensorFlow need `.same`.
  package init(padding: PaddingStyle = .symmetric) {
    stem = NormalizedConvolution(
      Convolution(from: 3, to: 32, kernel: (3, 3), stride: 2, padding: padding.rule(forKernel: 3)),
      activation: .relu6)
    var channels = 32
    for stage in Self.stages {
      for index in 0..<stage.count {
        blocks.append(
          MobileBlock(
            from: channels, width: channels * stage.expansion, to: stage.channels, kernel: 3,
            stride: index == 0 ? stage.stride : 1, padding: padding, activation: .relu6,
            epsilon: 1e-5, naming: .mobileNetV2))
        channels = stage.channels
      }
    }
    head = NormalizedConvolution(
      Convolution(from: channels, to: 1280, kernel: (1, 1)), activation: .relu6)
  }

  /// `[B, H, W, 3]` to `[B, H/32, W/32, 1280]`.
  package func callAsFunction(_ pixels: Tensor) -> Tensor {
    var x = stem(pixels)
    for block in blocks { x = block(consume x) }
    return head(x)
  }

  package mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    // torchvision keeps stem, blocks and head in one list.
    visitor.visit("features.0.0", "features.0.1", &stem)
    for index in blocks.indices { visitor.visit("features.\(index + 1)", &blocks[index]) }
    let last = blocks.count + 1
    visitor.visit("features.\(last).0", "features.\(last).1", &head)
  }
}

extension EncoderArchitecture {
  package static let mobileNetV2 = EncoderArchitecture(
    "mobilenet_v2", classifierPrefixes: ["classifier."], classifier: .linear("classifier.1"),
    otherNames: [.mobileOfTimm([1, 2, 3, 4, 3, 3, 1]), .mobileNetV2OfTransformers],
    weightsMarks: .init(first: "b0353104", second: "7ebf99e0"), cacheName: "mobileNetV2",
    padding: .symmetric
  ) { MobileNetV2(padding: $0) }
}
