import Layers
import Tensors

/// MobileNetEdgeTPU 1.0, the reference classifier of MLPerf Mobile (Howard & Gupta, 2019).
///
/// Published by TensorFlow with its norms folded into the convolutions and "SAME" padding; there is
/// no torchvision twin, so names are position in the network: `stem`, `blocks.7.1`, `head`.
package struct MobileNetEdgeTPU: ImageEncoder {
  private var stem = Self.layer(from: 3, to: 32, kernel: 3, stride: 2)
  private var blocks: [Block] = []
  private var head = Self.layer(from: 192, to: 1280, kernel: 1)

  package let pooledSize = 1280

  /// Output channels, kernel, first stride, repetitions, and whether one convolution both widens and
  /// looks around, for each stage; a stage's first block widens eightfold, the others fourfold.
  private static let stages = [
    (channels: 32, kernel: 3, stride: 2, count: 4, isFused: true),
    (channels: 48, kernel: 3, stride: 2, count: 4, isFused: true),
    (channels: 96, kernel: 3, stride: 2, count: 4, isFused: false),
    (channels: 96, kernel: 3, stride: 1, count: 4, isFused: false),
    (channels: 160, kernel: 5, stride: 2, count: 4, isFused: false),
    (channels: 192, kernel: 3, stride: 1, count: 1, isFused: false),
  ]

  package init() {
    var channels = 16
    blocks.append(Block(layers: [Self.layer(from: 32, to: channels, kernel: 1)], addsInput: false))
    for stage in Self.stages {
      for index in 0..<stage.count {
        let width = channels * (index == 0 ? 8 : 4)
        let stride = index == 0 ? stage.stride : 1
        let widen =
          stage.isFused
          ? [Self.layer(from: channels, to: width, kernel: stage.kernel, stride: stride)]
          : [
            Self.layer(from: channels, to: width, kernel: 1),
            Self.layer(
              from: width, to: width, kernel: stage.kernel, stride: stride, groups: width),
          ]
        let narrow = Self.layer(from: width, to: stage.channels, kernel: 1)
        blocks.append(Block(layers: widen + [narrow], addsInput: index > 0))
        channels = stage.channels
      }
    }
  }

  /// `[B, H, W, 3]` to `[B, H/32, W/32, 1280]`.
  package func callAsFunction(_ pixels: Tensor) -> Tensor {
    var x = stem(pixels, activation: .relu)
    for block in blocks { x = block(consume x) }
    return head(x, activation: .relu)
  }

  package mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    visitor.visit("stem", &stem)
    visitor.visit("blocks", &blocks)
    visitor.visit("head", &head)
  }

  private static func layer(
    from inputs: Int, to outputs: Int, kernel: Int, stride: Int = 1, groups: Int = 1
  ) -> Convolution {
    Convolution(
      from: inputs, to: outputs, kernel: (kernel, kernel), stride: stride, padding: .same,
      groups: groups, hasBias: true)
  }

  /// Convolutions with an activation after all but the last, and what came in on top.
  private struct Block: Module {
    var layers: [Convolution]
    let addsInput: Bool

    func callAsFunction(_ x: consuming Tensor) -> Tensor {
      let inner = layers.dropLast().reduce(x) { x, layer in layer(x, activation: .relu) }
      let last = layers[layers.count - 1]
      return addsInput ? last(inner, adding: consume x) : last(inner)
    }

    mutating func visitParameters(_ visitor: inout ParameterVisitor) {
      for index in layers.indices { visitor.visit("\(index)", &layers[index]) }
    }
  }
}

extension EncoderArchitecture {
  package static let mobileNetEdgeTPU = EncoderArchitecture(
    "mobilenet_edgetpu", preprocessing: .tensorFlow(), library: "TensorFlow",
    classifierPrefixes: ["classifier."], cacheName: "mobileNetEdgeTPU"
  ) { _ in MobileNetEdgeTPU() }
}
