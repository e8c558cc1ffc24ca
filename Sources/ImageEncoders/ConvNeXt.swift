import Layers
import Tensors

/// A convolutional network with the shape of a vision transformer (Liu et al., 2022).
package struct ConvNeXt: ImageEncoder {
  private var stem = Convolution(
    from: 3, to: 96, kernel: (4, 4), stride: 4, padding: .symmetric(0), hasBias: true)
  private var stemNorm = LayerNorm(size: 96)
  private var stages: [[Block]] = []
  /// The halving before each stage but the first.
  private var halvings: [Halving] = []

  package let pooledSize = 768

  /// The number of blocks of each of the four stages.
  package struct Depth: Sendable {
    fileprivate let blocksPerStage: [Int]

    package static let tiny = Depth(blocksPerStage: [3, 3, 9, 3])
    package static let small = Depth(blocksPerStage: [3, 3, 27, 3])
  }

  package init(_ depth: Depth) {
    for (stage, count) in depth.blocksPerStage.enumerated() {
      let channels = 96 << stage
      if stage > 0 { halvings.append(Halving(from: channels / 2)) }
      stages.append((0..<count).map { _ in Block(channels: channels) })
    }
  }

  /// `[B, H, W, 3]` to `[B, H/32, W/32, 768]`.
  package func callAsFunction(_ pixels: Tensor) -> Tensor {
    var x = stemNorm(stem(pixels))
    for (stage, blocks) in stages.enumerated() {
      if stage > 0 { x = halvings[stage - 1](x) }
      for block in blocks { x = block(consume x) }
    }
    return x
  }

  package mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    visitor.visit("features.0.0", &stem)
    visitor.visit("features.0.1", &stemNorm)
    for stage in stages.indices {
      if stage > 0 { visitor.visit("features.\(2 * stage)", &halvings[stage - 1]) }
      visitor.visit("features.\(2 * stage + 1)", &stages[stage])
    }
  }

  /// Halves height and width, and doubles the channels.
  struct Halving: Module {
    var norm: LayerNorm
    var convolution: Convolution

    init(from channels: Int) {
      norm = LayerNorm(size: channels)
      convolution = Convolution(
        from: channels, to: 2 * channels, kernel: (2, 2), stride: 2, padding: .symmetric(0),
        hasBias: true)
    }

    func callAsFunction(_ x: consuming Tensor) -> Tensor { convolution(norm(x)) }

    mutating func visitParameters(_ visitor: inout ParameterVisitor) {
      visitor.visit("0", &norm)
      visitor.visit("1", &convolution)
    }
  }

  /// Looks around channel by channel, then mixes the channels of each position, and adds the input.
  struct Block: Module {
    var depthwise: Convolution
    var norm: LayerNorm
    var widen: Linear
    var narrow: Linear
    /// The factor of each channel before the input is added, `[C, 1, 1]`; absent once folded into `narrow`.
    var scale: Tensor?

    init(channels: Int) {
      depthwise = Convolution(
        from: channels, to: channels, kernel: (7, 7), groups: channels, hasBias: true)
      norm = LayerNorm(size: channels)
      widen = Linear(from: channels, to: 4 * channels)
      narrow = Linear(from: 4 * channels, to: channels)
      scale = Tensor(zeros: [channels, 1, 1])
    }

    func callAsFunction(_ x: consuming Tensor) -> Tensor {
      let inner = widen.asConvolution(norm(depthwise(x)), activation: .gelu)
      return scaled().asConvolution(inner, adding: consume x)
    }

    /// The last map with the factors of its rows.
    private func scaled() -> Linear {
      guard let factors = scale?.reshaped(to: [-1]) else { return narrow }
      return Linear(
        weight: narrow.weight * factors.reshaped(to: [-1, 1]), bias: narrow.bias * factors)
    }

    mutating func visitParameters(_ visitor: inout ParameterVisitor) {
      if visitor.folds { (narrow, scale) = (scaled(), nil) }
      visitor.visit("layer_scale", &scale, initially: .constant(1e-6))
      visitor.visit("block.0", &depthwise)
      visitor.visit("block.2", &norm)
      visitor.visit("block.3", &widen)
      visitor.visit("block.5", &narrow)
    }
  }
}

extension Linear {
  /// Maps each position of `[B, H, W, I]`, then adds `addend` and applies the activation.
  fileprivate func asConvolution(
    _ x: Tensor, adding addend: consuming Tensor? = nil, activation: Activation = .linear
  ) -> Tensor {
    convolution(
      x, weight.reshaped(to: weight.shape + [1, 1]), bias: bias, adding: consume addend,
      activation: activation)
  }
}

extension EncoderArchitecture {
  package static let convNeXtTiny = convNeXt("tiny", .tiny, resize: 236)
  package static let convNeXtSmall = convNeXt("small", .small, resize: 230)

  private static func convNeXt(
    _ name: String, _ depth: ConvNeXt.Depth, resize: Int
  ) -> EncoderArchitecture {
    let preprocessing = ImagePreprocessing.torchvision(resize: resize)
    return EncoderArchitecture(
      "convnext_\(name)", preprocessing: preprocessing, torchvision: preprocessing,
      classifierPrefixes: ["classifier."],
      classifier: .normalized("classifier.0", "classifier.2"),
      otherNames: [.convNeXtOfTimm, .convNeXtOfTransformers, .convNeXtOfAuthors]
    ) { _ in ConvNeXt(depth) }
  }
}
