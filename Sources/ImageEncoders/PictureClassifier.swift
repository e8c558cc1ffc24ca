import Layers
import Tensors

/// The layers of an encoder's published classifier, which turn pooled features into the scores of classes.
package struct PictureClassifier: Module {
  /// The kinds and the names of the layers.
  package struct Layout: Sendable {
    fileprivate enum Kind: Sendable {
      case linear
      case normalized
      case hidden(size: Int)
    }
    fileprivate let kind: Kind
    /// The names of the layers in the encoder's own library, in their order.
    package let names: [String]

    /// One linear map, which is all that most have.
    static func linear(_ name: String) -> Layout { Layout(kind: .linear, names: [name]) }
    /// A layer norm before the linear map.
    static func normalized(_ norm: String, _ output: String) -> Layout {
      Layout(kind: .normalized, names: [norm, output])
    }
    /// A hidden layer of `size` units with hard-swish before the linear map.
    static func hidden(_ hidden: String, size: Int, _ output: String) -> Layout {
      Layout(kind: .hidden(size: size), names: [hidden, output])
    }
  }

  private var norm: LayerNorm?
  private var hidden: Linear?
  private var output: Linear
  private let names: [String]

  /// - Parameters:
  ///   - layout: The kinds and names of the layers.
  ///   - featureSize: The number of pooled features, `F`.
  ///   - classCount: The number of classes, `K`.
  package init(_ layout: Layout, featureSize: Int, classCount: Int) {
    var size = featureSize
    switch layout.kind {
    case .linear: break
    case .normalized: norm = LayerNorm(size: featureSize)
    case .hidden(let width):
      hidden = Linear(from: featureSize, to: width)
      size = width
    }
    output = Linear(from: size, to: classCount)
    names = layout.names
  }

  /// Maps pooled features, `[B, F]`, to the scores of classes before softmax, `[B, K]`.
  package func callAsFunction(_ features: Tensor) -> Tensor {
    let x = norm.map { $0(features) } ?? features
    return output(hidden.map { hardSwish($0(x)) } ?? x)
  }

  package mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    visitor.visit(names[0], &norm)
    visitor.visit(names[0], &hidden)
    visitor.visit(names[names.count - 1], &output)
  }
}

/// An encoder with its classifier, which names what a picture shows.
package struct ClassifyingEncoder: ImageEncoder {
  private var encoder: any ImageEncoder
  private var classifier: PictureClassifier

  package init(_ encoder: any ImageEncoder, _ classifier: PictureClassifier) {
    (self.encoder, self.classifier) = (encoder, classifier)
  }

  /// The names of the classifier's parameters.
  package var classifierParameterNames: [String] {
    classifier.parameters.map(\.parameter.name)
  }

  package var pooledSize: Int { encoder.pooledSize }
  package var channelCount: Int { encoder.channelCount }

  package func callAsFunction(_ pixels: Tensor) -> Tensor { encoder(pixels) }

  package func pooled(_ map: Tensor) -> Tensor { encoder.pooled(map) }

  /// Returns the scores of classes before softmax, `[B, K]`.
  ///
  /// - Parameters:
  ///   - features: The features of pictures or frames: `[B, F]`, or the map `[B, h, w, C]`.
  ///   - kind: The kind of features.
  /// - Returns: The scores in float32.
  package func classScores(_ features: Tensor, _ kind: FeatureKind) -> Tensor {
    classifier((kind == .positions ? pooled(features) : features).converted(to: .float32))
  }

  package mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    encoder.visitParameters(&visitor)
    classifier.visitParameters(&visitor)
  }
}
