import Layers
import Tensors

/// MobileNetV3, found by a search for what phones are fast at (Howard et al., 2019).
package struct MobileNetV3: ImageEncoder {
  private var stem: NormalizedConvolution
  private var blocks: [MobileBlock] = []
  private var head: NormalizedConvolution
  package let pooledSize: Int

  /// The blocks of a network (tables 1 and 2 of the paper).
  package struct Plan: Sendable {
    fileprivate let rows: [Row]

    fileprivate struct Row: Sendable {
      let (kernel, width, channels, stride): (Int, Int, Int, Int)
      let hasExcitation: Bool
      let activation: Activation

      init(
        _ kernel: Int, _ width: Int, _ channels: Int, _ hasExcitation: Bool,
        _ activation: Activation, _ stride: Int
      ) {
        (self.kernel, self.width, self.channels, self.stride) = (kernel, width, channels, stride)
        (self.hasExcitation, self.activation) = (hasExcitation, activation)
      }
    }

    package static let large = Plan(rows: [
      Row(3, 16, 16, false, .relu, 1), Row(3, 64, 24, false, .relu, 2),
      Row(3, 72, 24, false, .relu, 1), Row(5, 72, 40, true, .relu, 2),
      Row(5, 120, 40, true, .relu, 1), Row(5, 120, 40, true, .relu, 1),
      Row(3, 240, 80, false, .hardSwish, 2), Row(3, 200, 80, false, .hardSwish, 1),
      Row(3, 184, 80, false, .hardSwish, 1), Row(3, 184, 80, false, .hardSwish, 1),
      Row(3, 480, 112, true, .hardSwish, 1), Row(3, 672, 112, true, .hardSwish, 1),
      Row(5, 672, 160, true, .hardSwish, 2), Row(5, 960, 160, true, .hardSwish, 1),
      Row(5, 960, 160, true, .hardSwish, 1),
    ])
    package static let small = Plan(rows: [
      Row(3, 16, 16, true, .relu, 2), Row(3, 72, 24, false, .relu, 2),
      Row(3, 88, 24, false, .relu, 1), Row(5, 96, 40, true, .hardSwish, 2),
      Row(5, 240, 40, true, .hardSwish, 1), Row(5, 240, 40, true, .hardSwish, 1),
      Row(5, 120, 48, true, .hardSwish, 1), Row(5, 144, 48, true, .hardSwish, 1),
      Row(5, 288, 96, true, .hardSwish, 2), Row(5, 576, 96, true, .hardSwish, 1),
      Row(5, 576, 96, true, .hardSwish, 1),
    ])
  }

  private static let epsilon: Float = 1e-3

  /// - Parameters:
  ///   - plan: The blocks.
  ///   - padding: Where the zeros go; weights trained with TensorFlow need `.same`.
  package init(_ plan: Plan, padding: PaddingStyle = .symmetric) {
    stem = NormalizedConvolution(
      Convolution(
        from: 3, to: 16, kernel: (3, 3), stride: 2, padding: padding.rule(forKernel: 3)),
      activation: .hardSwish, epsilon: Self.epsilon)
    var inputs = 16
    for row in plan.rows {
      let excitation =
        row.hasExcitation
        ? SqueezeExcitation(
          channels: row.width, width: roundedChannels(Double(row.width / 4)), activation: .relu,
          gate: hardSigmoid) : nil
      blocks.append(
        MobileBlock(
          from: inputs, width: row.width, to: row.channels, kernel: row.kernel,
          stride: row.stride, padding: padding, activation: row.activation, epsilon: Self.epsilon,
          excitation: excitation))
      inputs = row.channels
    }
    pooledSize = 6 * inputs
    head = NormalizedConvolution(
      Convolution(from: inputs, to: pooledSize, kernel: (1, 1)), activation: .hardSwish,
      epsilon: Self.epsilon)
  }

  /// `[B, H, W, 3]` to `[B, H/32, W/32, 960 or 576]`.
  package func callAsFunction(_ pixels: Tensor) -> Tensor {
    var x = stem(pixels)
    for block in blocks { x = block(consume x) }
    return head(x)
  }

  package mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    visitor.visit("features.0.0", "features.0.1", &stem)
    for index in blocks.indices { visitor.visit("features.\(index + 1)", &blocks[index]) }
    let last = blocks.count + 1
    visitor.visit("features.\(last).0", "features.\(last).1", &head)
  }
}

extension EncoderArchitecture {
  package static let mobileNetV3Small = EncoderArchitecture(
    "mobilenet_v3_small", classifierPrefixes: ["classifier."],
    classifier: .hidden("classifier.0", size: 1024, "classifier.3"),
    otherNames: timmNames([1, 2, 3, 2, 3]), padding: .symmetric
  ) { MobileNetV3(.small, padding: $0) }
  package static let mobileNetV3Large = EncoderArchitecture(
    "mobilenet_v3_large", classifierPrefixes: ["classifier."],
    classifier: .hidden("classifier.0", size: 1280, "classifier.3"),
    otherNames: timmNames([1, 2, 3, 4, 2, 3]),
    weightsMarks: .init(first: "8738ca79", second: "5c1a4163"), padding: .symmetric
  ) { MobileNetV3(.large, padding: $0) }

  private static func timmNames(_ counts: [Int]) -> [PublishedNames] {
    [
      .mobileOfTimm(counts, headIsBlock: true, epsilonDifference: 1e-5 - 1e-3),
      .mobileOfTimm(counts, headIsBlock: true, padding: .same, mark: "tf_"),
    ]
  }
}
