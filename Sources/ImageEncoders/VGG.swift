import Layers
import Tensors

/// A plain stack of 3×3 convolutions (Simonyan & Zisserman, 2015).
package struct VGG: ImageEncoder {
  /// The convolutions between one pooling and the next; the original has no norms.
  private var stages: [[NormalizedConvolution]] = []
  private var fc6 = Linear(from: 512 * 7 * 7, to: 4096)
  private var fc7 = Linear(from: 4096, to: 4096)

  package let pooledSize = 4096
  package let channelCount = 512

  /// The number of convolutions of each of the five stages.
  package struct Depth: Sendable {
    fileprivate let convolutionsPerStage: [Int]

    package static let eleven = Depth(convolutionsPerStage: [1, 1, 2, 2, 2])
    package static let thirteen = Depth(convolutionsPerStage: [2, 2, 2, 2, 2])
    package static let sixteen = Depth(convolutionsPerStage: [2, 2, 3, 3, 3])
    package static let nineteen = Depth(convolutionsPerStage: [2, 2, 4, 4, 4])
  }

  private let hasNorms: Bool

  package init(_ depth: Depth, hasNorms: Bool = false) {
    self.hasNorms = hasNorms
    var channels = 3
    for (count, width) in zip(depth.convolutionsPerStage, [64, 128, 256, 512, 512]) {
      let stage = (0..<count).map { _ in
        defer { channels = width }
        var layer = NormalizedConvolution(
          Convolution(from: channels, to: width, kernel: (3, 3), hasBias: true), activation: .relu)
        if !hasNorms { layer.norm = nil }
        return layer
      }
      stages.append(stage)
    }
  }

  /// `[B, H, W, 3]` to `[B, H/32, W/32, 512]`.
  package func callAsFunction(_ pixels: Tensor) -> Tensor {
    stages.reduce(pixels) { x, stage in
      maxPool(stage.reduce(x) { x, layer in layer(x) }, window: 2, stride: 2)
    }
  }

  /// The activations of `fc7`, `[B, 4096]`: what captioners of 2014 and 2015 read.
  package func pooled(_ map: Tensor) -> Tensor {
    precondition(
      Array(map.shape.dropFirst()) == [7, 7, 512],
      "VGG: fc7 needs the map of a 224×224 picture, not \(map.shape)")
    // PyTorch flattens channels first.
    let rows = map.reshaped(to: [map.shape[0], 49, 512]).transposed(at: 1)
      .reshaped(to: [map.shape[0], 512 * 49])
    return relu(fc7(relu(fc6(rows))))
  }

  package mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    // torchvision's list holds a norm, if there is one, and an activation after each convolution, and a pooling
    // after each stage.
    var position = 0
    for stage in stages.indices {
      for layer in stages[stage].indices {
        visitor.visit(
          "features.\(position)", "features.\(position + 1)", &stages[stage][layer])
        position += hasNorms ? 3 : 2
      }
      position += 1
    }
    visitor.visit("classifier.0", &fc6)
    visitor.visit("classifier.3", &fc7)
  }
}

extension EncoderArchitecture {
  package static let vgg11 = vgg("vgg11", .eleven)
  package static let vgg13 = vgg("vgg13", .thirteen)
  package static let vgg16 = vgg("vgg16", .sixteen)
  package static let vgg19 = vgg("vgg19", .nineteen)
  package static let vgg11BN = vgg("vgg11_bn", .eleven, hasNorms: true)
  package static let vgg13BN = vgg("vgg13_bn", .thirteen, hasNorms: true)
  package static let vgg16BN = vgg("vgg16_bn", .sixteen, hasNorms: true)
  package static let vgg19BN = vgg("vgg19_bn", .nineteen, hasNorms: true)

  private static func vgg(
    _ name: String, _ depth: VGG.Depth, hasNorms: Bool = false
  ) -> EncoderArchitecture {
    EncoderArchitecture(
      name,
      // fc6 has a weight for each of 7×7 positions.
      inputSizes: 224...224,
      // `classifier.0` and `.3` are fc6 and fc7, which pooled features go through.
      classifierPrefixes: ["classifier.6."], classifier: .linear("classifier.6"),
      otherNames: [.vggOfTimm]
    ) { _ in VGG(depth, hasNorms: hasNorms) }
  }
}
