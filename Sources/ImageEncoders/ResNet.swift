import Layers
import Tensors

/// A residual network (He et al., 2016).
package struct ResNet: ImageEncoder {
  private var stem: NormalizedConvolution
  private var stages: [[ResidualBlock]] = []
  package let pooledSize: Int

  /// The number of blocks of each of the four stages, and their kind.
  package struct Depth: Sendable {
    fileprivate let blocksPerStage: [Int]
    fileprivate let hasBottleneck: Bool
    /// The number of groups of the 3×3 convolutions, and their width as a multiple of the usual one.
    fileprivate var groups = 1
    fileprivate var widening = 1

    package static let eighteen = Depth(blocksPerStage: [2, 2, 2, 2], hasBottleneck: false)
    package static let thirtyFour = Depth(blocksPerStage: [3, 4, 6, 3], hasBottleneck: false)
    package static let fifty = Depth(blocksPerStage: [3, 4, 6, 3], hasBottleneck: true)
    /// ResNeXt-50 32×4d: 32 narrow groups rather than one (Xie et al., 2017).
    package static let fiftyInGroups = Depth(
      blocksPerStage: [3, 4, 6, 3], hasBottleneck: true, groups: 32, widening: 2)
    /// Wide ResNet-50-2 (Zagoruyko & Komodakis, 2016).
    package static let fiftyWide = Depth(
      blocksPerStage: [3, 4, 6, 3], hasBottleneck: true, widening: 2)
    package static let oneHundredOne = Depth(blocksPerStage: [3, 4, 23, 3], hasBottleneck: true)
    package static let oneHundredFiftyTwo = Depth(
      blocksPerStage: [3, 8, 36, 3], hasBottleneck: true)
  }

  package init(_ depth: Depth) {
    stem = NormalizedConvolution(
      Convolution(from: 3, to: 64, kernel: (7, 7), stride: 2), activation: .relu)
    var channels = 64
    for (stage, blockCount) in depth.blocksPerStage.enumerated() {
      let width = 64 << stage
      let blocks = (0..<blockCount).map { block in
        let stride = stage > 0 && block == 0 ? 2 : 1
        defer { channels = depth.hasBottleneck ? 4 * width : width }
        return ResidualBlock(
          from: channels, width: width * depth.widening,
          to: depth.hasBottleneck ? 4 * width : width, stride: stride, groups: depth.groups,
          hasBottleneck: depth.hasBottleneck)
      }
      stages.append(blocks)
    }
    pooledSize = channels
  }

  /// `[B, H, W, 3]` to `[B, H/32, W/32, 512 or 2048]`.
  package func callAsFunction(_ pixels: Tensor) -> Tensor {
    var x = maxPool(stem(pixels), window: 3, stride: 2, padding: Padding(1))
    for block in stages.joined() { x = block(consume x) }
    return x
  }

  package mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    visitor.visit("conv1", "bn1", &stem)
    for stage in stages.indices { visitor.visit("layer\(stage + 1)", &stages[stage]) }
  }
}

/// Two 3×3 convolutions, or one between two 1×1 that narrow and widen, and what came in on top.
private struct ResidualBlock: Module {
  var convolutions: [NormalizedConvolution]
  /// Fits what came in to what goes out, where the block changes its size.
  var shortcut: NormalizedConvolution?

  init(
    from inputs: Int, width: Int, to outputs: Int, stride: Int, groups: Int, hasBottleneck: Bool
  ) {
    // The stride sits on the first 3×3 convolution, as in torchvision ("ResNet v1.5").
    let spatial = Convolution(
      from: hasBottleneck ? width : inputs, to: width, kernel: (3, 3), stride: stride,
      groups: groups)
    // The last has the block's activation: it comes after the sum.
    convolutions =
      hasBottleneck
      ? [
        .init(Convolution(from: inputs, to: width, kernel: (1, 1)), activation: .relu),
        .init(spatial, activation: .relu),
        .init(Convolution(from: width, to: outputs, kernel: (1, 1)), activation: .relu),
      ]
      : [
        .init(spatial, activation: .relu),
        .init(Convolution(from: width, to: width, kernel: (3, 3)), activation: .relu),
      ]
    if stride != 1 || inputs != outputs {
      shortcut = NormalizedConvolution(
        Convolution(from: inputs, to: outputs, kernel: (1, 1), stride: stride), activation: .linear)
    }
  }

  func callAsFunction(_ x: consuming Tensor) -> Tensor {
    let inner = convolutions.dropLast().reduce(x) { x, convolution in convolution(x) }
    if let shortcut { x = shortcut(x) }
    return convolutions[convolutions.count - 1](inner, adding: consume x)
  }

  mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    for index in convolutions.indices {
      visitor.visit("conv\(index + 1)", "bn\(index + 1)", &convolutions[index])
    }
    guard var present = shortcut else { return }
    visitor.visit("downsample.0", "downsample.1", &present)
    shortcut = present
  }
}

extension EncoderArchitecture {
  package static let resNeXt50 = EncoderArchitecture(
    "resnext50_32x4d", classifierPrefixes: ["fc."], classifier: .linear("fc"),
    otherNames: [.resNetOfChildren],
    weightsMarks: .init(first: "7cdf4587", second: "1a0047aa")
  ) { _ in ResNet(.fiftyInGroups) }
  package static let wideResNet50 = EncoderArchitecture(
    "wide_resnet50_2", classifierPrefixes: ["fc."], classifier: .linear("fc"),
    otherNames: [.resNetOfChildren],
    weightsMarks: .init(first: "95faca4d", second: "9ba9bcbe")
  ) { _ in ResNet(.fiftyWide) }
  package static let resNet18 = resNet("18", .eighteen)
  package static let resNet34 = resNet("34", .thirtyFour)
  package static let resNet50 = resNet(
    "50", .fifty, weightsMarks: .init(first: "0676ba61", second: "11ad3fa6"))
  package static let resNet101 = resNet(
    "101", .oneHundredOne, weightsMarks: .init(first: "63fe2227", second: "cd907fc2"))
  package static let resNet152 = resNet(
    "152", .oneHundredFiftyTwo, weightsMarks: .init(first: "394f9c45", second: "f82ba261"))

  private static func resNet(
    _ number: String, _ depth: ResNet.Depth, weightsMarks: WeightsMarks? = nil
  ) -> EncoderArchitecture {
    EncoderArchitecture(
      "resnet\(number)", classifierPrefixes: ["fc."], classifier: .linear("fc"),
      otherNames: [.resNetOfTransformers, .resNetOfChildren], weightsMarks: weightsMarks,
      cacheName: "resNet\(number)"
    ) { _ in ResNet(depth) }
  }
}
