import Layers
import Tensors

/// A network whose depth, width and picture size grow together (Tan & Le, 2019).
package struct EfficientNet: ImageEncoder {
  private var stem: NormalizedConvolution
  private var stages: [[MobileBlock]] = []
  private var head: NormalizedConvolution
  package let pooledSize: Int

  /// The factors by which a network is larger than the smallest.
  package struct Scale: Sendable {
    fileprivate let width: Double
    fileprivate let depth: Double

    /// The number of blocks of each stage.
    fileprivate var blockCounts: [Int] {
      stages.map { Int((Double($0.count) * depth).rounded(.up)) }
    }
  }

  /// Widening, output channels, repetitions, first stride and kernel of each stage (table 1 of the paper).
  static let stages = [
    (expansion: 1, channels: 16, count: 1, stride: 1, kernel: 3),
    (expansion: 6, channels: 24, count: 2, stride: 2, kernel: 3),
    (expansion: 6, channels: 40, count: 2, stride: 2, kernel: 5),
    (expansion: 6, channels: 80, count: 3, stride: 2, kernel: 3),
    (expansion: 6, channels: 112, count: 3, stride: 1, kernel: 5),
    (expansion: 6, channels: 192, count: 4, stride: 2, kernel: 5),
    (expansion: 6, channels: 320, count: 1, stride: 1, kernel: 3),
  ]

  /// - Parameters:
  ///   - scale: The factors of width and depth.
  ///   - padding: Where the zeros go; weights trained with TensorFlow need `.same`.
  package init(_ scale: Scale, padding: PaddingStyle = .symmetric) {
    func channels(_ count: Int) -> Int { roundedChannels(Double(count) * scale.width) }
    var inputs = channels(32)
    stem = NormalizedConvolution(
      Convolution(
        from: 3, to: inputs, kernel: (3, 3), stride: 2, padding: padding.rule(forKernel: 3)),
      activation: .silu)
    for (stage, count) in zip(Self.stages, scale.blockCounts) {
      stages.append(
        (0..<count).map { index in
          defer { inputs = channels(stage.channels) }
          let width = roundedChannels(Double(inputs * stage.expansion))
          return MobileBlock(
            from: inputs, width: width, to: channels(stage.channels), kernel: stage.kernel,
            stride: index == 0 ? stage.stride : 1, padding: padding, activation: .silu,
            epsilon: 1e-5,
            excitation: SqueezeExcitation(
              channels: width, width: max(1, inputs / 4), activation: .silu, gate: sigmoid))
        })
    }
    pooledSize = 4 * inputs
    head = NormalizedConvolution(
      Convolution(from: inputs, to: pooledSize, kernel: (1, 1)), activation: .silu)
  }

  /// `[B, H, W, 3]` to `[B, H/32, W/32, F]`.
  package func callAsFunction(_ pixels: Tensor) -> Tensor {
    var x = stem(pixels)
    for block in stages.joined() { x = block(consume x) }
    return head(x)
  }

  package mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    visitor.visit("features.0.0", "features.0.1", &stem)
    for index in stages.indices { visitor.visit("features.\(index + 1)", &stages[index]) }
    let last = stages.count + 1
    visitor.visit("features.\(last).0", "features.\(last).1", &head)
  }
}

extension EncoderArchitecture {
  package static let efficientNetB0 = efficientNet("b0", .init(width: 1, depth: 1), 256, 224)
  package static let efficientNetB1 = efficientNet(
    "b1", .init(width: 1, depth: 1.1), 256, 240,
    second: .torchvision(resize: 255, crop: 240),
    weightsMarks: .init(first: "bac287d4", second: "c27df63c"))
  package static let efficientNetB2 = efficientNet("b2", .init(width: 1.1, depth: 1.2), 288, 288)
  package static let efficientNetB3 = efficientNet("b3", .init(width: 1.2, depth: 1.4), 320, 300)
  package static let efficientNetB4 = efficientNet("b4", .init(width: 1.4, depth: 1.8), 384, 380)

  private static func efficientNet(
    _ name: String, _ scale: EfficientNet.Scale, _ resize: Int, _ crop: Int,
    second: ImagePreprocessing = .torchvision(resize: 232), weightsMarks: WeightsMarks? = nil
  ) -> EncoderArchitecture {
    var preprocessing = ImagePreprocessing.torchvision(resize: resize, crop: crop)
    preprocessing.filter = .bicubic
    return EncoderArchitecture(
      "efficientnet_\(name)", preprocessing: preprocessing, torchvision: preprocessing,
      second: second, classifierPrefixes: ["classifier."], classifier: .linear("classifier.1"),
      otherNames: [
        .mobileOfTimm(scale.blockCounts),
        .mobileOfTimm(
          scale.blockCounts, padding: .same, epsilonDifference: 1e-3 - 1e-5, mark: "tf_"),
        .efficientNetOfPort, .efficientNetOfTransformers,
      ], weightsMarks: weightsMarks, padding: .symmetric
    ) { EfficientNet(scale, padding: $0) }
  }
}
