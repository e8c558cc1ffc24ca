import Layers
import Tensors

/// A network whose blocks convolve at several scales in parallel (Szegedy et al., 2016).
package struct InceptionV3: ImageEncoder {
  private var stem = [
    Branch.layer("Conv2d_1a_3x3", from: 3, to: 32, kernel: (3, 3), stride: 2, isPadded: false),
    Branch.layer("Conv2d_2a_3x3", from: 32, to: 32, kernel: (3, 3), isPadded: false),
    Branch.layer("Conv2d_2b_3x3", from: 32, to: 64, kernel: (3, 3)),
    Branch.layer("Conv2d_3b_1x1", from: 64, to: 80, kernel: (1, 1), isPadded: false),
    Branch.layer("Conv2d_4a_3x3", from: 80, to: 192, kernel: (3, 3), isPadded: false),
  ]
  private var blocks = [
    ("Mixed_5b", InceptionBlock.a(from: 192, poolFeatures: 32)),
    ("Mixed_5c", .a(from: 256, poolFeatures: 64)),
    ("Mixed_5d", .a(from: 288, poolFeatures: 64)),
    ("Mixed_6a", .b(from: 288)),
    ("Mixed_6b", .c(width: 128)),
    ("Mixed_6c", .c(width: 160)),
    ("Mixed_6d", .c(width: 160)),
    ("Mixed_6e", .c(width: 192)),
    ("Mixed_7a", .d(from: 768)),
    ("Mixed_7b", .e(from: 1280)),
    ("Mixed_7c", .e(from: 2048)),
  ].map { NamedBlock(name: $0.0, block: $0.1) }

  package let pooledSize = 2048

  private struct NamedBlock: Sendable {
    let name: String
    var block: InceptionBlock
  }

  package init() {}

  /// `[B, 299, 299, 3]` to `[B, 8, 8, 2048]`.
  package func callAsFunction(_ pixels: Tensor) -> Tensor {
    var x = stem[..<3].reduce(pixels) { x, layer in layer(x) }
    x = stem[3...].reduce(maxPool(x, window: 3, stride: 2)) { x, layer in layer(x) }
    return blocks.reduce(maxPool(x, window: 3, stride: 2)) { x, next in next.block(x) }
  }

  package mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    for index in stem.indices { stem[index].visitParameters(&visitor) }
    for index in blocks.indices { visitor.visit(blocks[index].name, &blocks[index].block) }
  }
}

/// Branches side by side, whose maps are put behind one another.
private struct InceptionBlock: Module {
  var branches: [Branch]

  func callAsFunction(_ x: Tensor) -> Tensor {
    Tensor(concatenating: branches.flatMap { $0.maps(x) }, along: 3)
  }

  mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    for index in branches.indices { branches[index].visitParameters(&visitor) }
  }
}

/// A chain of convolutions, optionally with pooling before it and a fork at its end.
private struct Branch: Sendable {
  enum Pooling: Sendable { case none, average, halvingMaximum }

  var pooling = Pooling.none
  var layers: [NamedConvolution] = []
  /// Convolutions that all read the last layer, each giving a map of its own.
  var fork: [NamedConvolution] = []

  func maps(_ x: Tensor) -> [Tensor] {
    let pooled =
      switch pooling {
      case .none: x
      case .average: averagePool(x, window: 3, stride: 1, padding: Padding(1))
      case .halvingMaximum: maxPool(x, window: 3, stride: 2)
      }
    let y = layers.reduce(pooled) { x, layer in layer(x) }
    return fork.isEmpty ? [y] : fork.map { $0(y) }
  }

  mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    for index in layers.indices { layers[index].visitParameters(&visitor) }
    for index in fork.indices { fork[index].visitParameters(&visitor) }
  }

  static func layer(
    _ name: String, from inputs: Int, to outputs: Int, kernel: (height: Int, width: Int),
    stride: Int = 1, isPadded: Bool = true
  ) -> NamedConvolution {
    let convolution = Convolution(
      from: inputs, to: outputs, kernel: kernel, stride: stride,
      padding: isPadded ? nil : .symmetric(0))
    // Inception's own epsilon; PyTorch's default elsewhere is 1e-5.
    return NamedConvolution(
      name: name, layer: NormalizedConvolution(convolution, activation: .relu, epsilon: 1e-3))
  }
}

/// torchvision's `BasicConv2d` under the name its block gives it.
private struct NamedConvolution: Module {
  let name: String
  var layer: NormalizedConvolution

  func callAsFunction(_ x: Tensor) -> Tensor { layer(x) }

  mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    visitor.visit("\(name).conv", "\(name).bn", &layer)
  }
}

extension InceptionBlock {
  private typealias Step = (name: String, to: Int, kernel: (height: Int, width: Int))

  /// A chain of convolutions; the last one halves the map where `halves`.
  private static func chain(
    from inputs: Int, _ steps: [Step], halves: Bool = false, pooling: Branch.Pooling = .none
  ) -> Branch {
    var branch = Branch(pooling: pooling)
    var channels = inputs
    for (index, step) in steps.enumerated() {
      let isHalving = halves && index == steps.count - 1
      branch.layers.append(
        Branch.layer(
          step.name, from: channels, to: step.to, kernel: step.kernel, stride: isHalving ? 2 : 1,
          isPadded: !isHalving))
      channels = step.to
    }
    return branch
  }

  /// Blocks 5b–5d.
  static func a(from inputs: Int, poolFeatures: Int) -> InceptionBlock {
    InceptionBlock(branches: [
      chain(from: inputs, [("branch1x1", 64, (1, 1))]),
      chain(from: inputs, [("branch5x5_1", 48, (1, 1)), ("branch5x5_2", 64, (5, 5))]),
      chain(
        from: inputs,
        [
          ("branch3x3dbl_1", 64, (1, 1)), ("branch3x3dbl_2", 96, (3, 3)),
          ("branch3x3dbl_3", 96, (3, 3)),
        ]),
      chain(from: inputs, [("branch_pool", poolFeatures, (1, 1))], pooling: .average),
    ])
  }

  /// Block 6a, which halves the map.
  static func b(from inputs: Int) -> InceptionBlock {
    InceptionBlock(branches: [
      chain(from: inputs, [("branch3x3", 384, (3, 3))], halves: true),
      chain(
        from: inputs,
        [
          ("branch3x3dbl_1", 64, (1, 1)), ("branch3x3dbl_2", 96, (3, 3)),
          ("branch3x3dbl_3", 96, (3, 3)),
        ], halves: true),
      Branch(pooling: .halvingMaximum),
    ])
  }

  /// Blocks 6b–6e, which factor 7×7 into 1×7 and 7×1.
  static func c(width: Int) -> InceptionBlock {
    InceptionBlock(branches: [
      chain(from: 768, [("branch1x1", 192, (1, 1))]),
      chain(
        from: 768,
        [
          ("branch7x7_1", width, (1, 1)), ("branch7x7_2", width, (1, 7)),
          ("branch7x7_3", 192, (7, 1)),
        ]),
      chain(
        from: 768,
        [
          ("branch7x7dbl_1", width, (1, 1)), ("branch7x7dbl_2", width, (7, 1)),
          ("branch7x7dbl_3", width, (1, 7)), ("branch7x7dbl_4", width, (7, 1)),
          ("branch7x7dbl_5", 192, (1, 7)),
        ]),
      chain(from: 768, [("branch_pool", 192, (1, 1))], pooling: .average),
    ])
  }

  /// Block 7a, which halves the map.
  static func d(from inputs: Int) -> InceptionBlock {
    InceptionBlock(branches: [
      chain(
        from: inputs, [("branch3x3_1", 192, (1, 1)), ("branch3x3_2", 320, (3, 3))], halves: true),
      chain(
        from: inputs,
        [
          ("branch7x7x3_1", 192, (1, 1)), ("branch7x7x3_2", 192, (1, 7)),
          ("branch7x7x3_3", 192, (7, 1)), ("branch7x7x3_4", 192, (3, 3)),
        ], halves: true),
      Branch(pooling: .halvingMaximum),
    ])
  }

  /// Blocks 7b and 7c, whose branches fork.
  static func e(from inputs: Int) -> InceptionBlock {
    func forked(_ branch: Branch, _ prefix: String) -> Branch {
      var branch = branch
      branch.fork = [
        Branch.layer("\(prefix)a", from: 384, to: 384, kernel: (1, 3)),
        Branch.layer("\(prefix)b", from: 384, to: 384, kernel: (3, 1)),
      ]
      return branch
    }
    return InceptionBlock(branches: [
      chain(from: inputs, [("branch1x1", 320, (1, 1))]),
      forked(chain(from: inputs, [("branch3x3_1", 384, (1, 1))]), "branch3x3_2"),
      forked(
        chain(
          from: inputs, [("branch3x3dbl_1", 448, (1, 1)), ("branch3x3dbl_2", 384, (3, 3))]),
        "branch3x3dbl_3"),
      chain(from: inputs, [("branch_pool", 192, (1, 1))], pooling: .average),
    ])
  }
}

extension EncoderArchitecture {
  package static let inceptionV3 = EncoderArchitecture(
    "inception_v3", preprocessing: inceptionPreprocessing, torchvision: inceptionPreprocessing,
    // Its convolutions without padding leave nothing of a smaller picture.
    inputSizes: 75...4096, classifierPrefixes: ["fc.", "AuxLogits."], classifier: .linear("fc"),
    cacheName: "inceptionV3"
  ) { _ in InceptionV3() }

  /// torchvision's network turns ImageNet's mean and standard deviation into these before its first layer.
  private static let inceptionPreprocessing = ImagePreprocessing(
    framing: .shorterSide(342), size: 299, mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5])
}
