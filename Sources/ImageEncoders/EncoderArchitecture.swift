import Layers

/// The encoders there are, under the names that users type.
package enum EncoderArchitecture: String, Sendable, CaseIterable {
  case mobileNetV2 = "mobilenet_v2"
  case mobileNetEdgeTPU = "mobilenet_edgetpu"
  case resNet18 = "resnet18"
  case resNet34 = "resnet34"
  case resNet50 = "resnet50"
  case resNet101 = "resnet101"
  case resNet152 = "resnet152"
  case vgg16 = "vgg16"
  case vgg19 = "vgg19"
  case inceptionV3 = "inception_v3"
  case smallCNN = "small_cnn"

  /// An encoder whose parameters are all zero, to be loaded or initialised.
  ///
  /// Only MobileNetV2 is published with either padding; the others ignore `padding`.
  package func makeEncoder(padding: PaddingStyle = .symmetric) -> any ImageEncoder {
    switch self {
    case .mobileNetV2: MobileNetV2(padding: padding)
    case .mobileNetEdgeTPU: MobileNetEdgeTPU()
    case .resNet18: ResNet(.eighteen)
    case .resNet34: ResNet(.thirtyFour)
    case .resNet50: ResNet(.fifty)
    case .resNet101: ResNet(.oneHundredOne)
    case .resNet152: ResNet(.oneHundredFiftyTwo)
    case .vgg16: VGG(.sixteen)
    case .vgg19: VGG(.nineteen)
    case .inceptionV3: InceptionV3()
    case .smallCNN: SmallCNN()
    }
  }

  /// How pictures were prepared for the published weights.
  package var publishedPreprocessing: ImagePreprocessing {
    switch self {
    // torchvision's network turns ImageNet's mean and deviation into these before its first layer.
    case .inceptionV3:
      ImagePreprocessing(
        framing: .shorterSide(342), size: 299, mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5])
    case .smallCNN:
      ImagePreprocessing(
        framing: .squash, size: 64, mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5])
    case .mobileNetEdgeTPU: .tensorFlow()
    default: .torchvision()
    }
  }

  /// Whether torchvision publishes second weights (`IMAGENET1K_V2`, also called `DEFAULT`), for which the
  /// shorter side of a picture becomes 232 pixels rather than 256.
  package var hasSecondWeights: Bool {
    [.mobileNetV2, .resNet50, .resNet101, .resNet152].contains(self)
  }

  /// Which heights and widths of a picture it can read, in pixels.
  package var inputSizes: ClosedRange<Int> {
    switch self {
    // fc6 has a weight for each of 7×7 positions.
    case .vgg16, .vgg19: 224...224
    // Its convolutions without padding leave nothing of a smaller picture.
    case .inceptionV3: 75...4096
    default: 32...4096
    }
  }

  /// Whether a published tensor belongs to the classifier, which a captioner does not need.
  package func isClassifier(_ name: String) -> Bool {
    let prefixes: [String] =
      switch self {
      case .mobileNetV2, .mobileNetEdgeTPU: ["classifier."]
      // `classifier.0` and `.3` are fc6 and fc7, which VGG's pooled features go through.
      case .vgg16, .vgg19: ["classifier.6."]
      case .inceptionV3: ["fc.", "AuxLogits."]
      case .smallCNN: []
      default: ["fc."]
      }
    return prefixes.contains { name.hasPrefix($0) }
  }

  /// Whether a published tensor only counts the batches that a norm has seen.
  package static func isBatchCounter(_ name: String) -> Bool {
    name.hasSuffix(".num_batches_tracked")
  }
}
