import Layers

/// The architectures of image encoders.
///
/// To add one, write the encoder in a file of its own with an entry for it, as `VGG.swift` has, and name the
/// entry in `all`.
package struct EncoderArchitecture: RegistryEntry {
  package static let noun = "encoder"
  package static let all: [EncoderArchitecture] = [
    .mobileNetV2, .mobileNetV3Small, .mobileNetV3Large, .mobileNetEdgeTPU, .efficientNetLite0,
    .efficientNetLite1, .efficientNetLite2, .efficientNetLite3, .efficientNetLite4,
    .efficientNetB0, .efficientNetB1, .efficientNetB2, .efficientNetB3, .efficientNetB4,
    .convNeXtTiny, .convNeXtSmall, .resNet18, .resNet34, .resNet50, .resNet101, .resNet152,
    .resNeXt50, .wideResNet50, .vgg11, .vgg13, .vgg16, .vgg19, .vgg11BN, .vgg13BN, .vgg16BN,
    .vgg19BN, .inceptionV3, .smallCNN,
  ]

  package let name: String
  /// The preprocessing that the published weights were trained with.
  package let publishedPreprocessing: ImagePreprocessing
  /// The preprocessing of torchvision's first weights, `IMAGENET1K_V1`.
  package let torchvisionPreprocessing: ImagePreprocessing
  /// The preprocessing of torchvision's second weights, `IMAGENET1K_V2`.
  package let secondPreprocessing: ImagePreprocessing
  /// The heights and widths of the pictures that it can read, in pixels.
  package let inputSizes: ClosedRange<Int>
  /// The beginnings of the names of published tensors that belong to the classifier.
  let classifierPrefixes: [String]
  /// The layers of the published classifier; nil if there is none.
  package let classifier: PictureClassifier.Layout?
  /// The library whose names it has, for messages.
  let library: String
  /// The names of other libraries.
  package let otherNames: [PublishedNames]
  /// The marks of torchvision's first and second weights; nil where torchvision publishes no second weights.
  package let weightsMarks: WeightsMarks?
  /// The name by which feature caches know it.
  package let cacheName: String
  /// The padding style of the published weights.
  package let publishedPadding: PaddingStyle
  /// True if weights are published with either padding style.
  package let hasPaddingStyles: Bool
  private let make: @Sendable (PaddingStyle) -> any ImageEncoder

  /// The beginnings of the checksums that torchvision puts into the names of weights files.
  package struct WeightsMarks: Sendable {
    /// `IMAGENET1K_V1`.
    package let first: String
    /// `IMAGENET1K_V2`, also called `DEFAULT`, whose pictures are resized to another size than the first's.
    package let second: String
  }

  /// - Parameters:
  ///   - name: The name that users type, and that `config.json` has.
  ///   - preprocessing: The preprocessing that the published weights were trained with.
  ///   - torchvision: The preprocessing of torchvision's first weights.
  ///   - second: The preprocessing of torchvision's second weights.
  ///   - inputSizes: The heights and widths of the pictures that it can read, in pixels.
  ///   - library: The library whose names it has.
  ///   - classifierPrefixes: The beginnings of the names of published tensors that belong to the classifier.
  ///   - classifier: The layers of the published classifier; nil if there is none.
  ///   - otherNames: The names of other libraries.
  ///   - weightsMarks: The marks of torchvision's first and second weights; nil if there are no second ones.
  ///   - cacheName: The name by which feature caches know it, if they were written before it had `name`.
  ///   - padding: The padding style of the published weights, if there are some of either; nil if there is one.
  ///   - make: Returns the encoder with all parameters zero, padded in the given style.
  package init(
    _ name: String, preprocessing: ImagePreprocessing = .torchvision(),
    torchvision: ImagePreprocessing = .torchvision(),
    second: ImagePreprocessing = .torchvision(resize: 232),
    inputSizes: ClosedRange<Int> = 32...4096, library: String = "torchvision",
    classifierPrefixes: [String], classifier: PictureClassifier.Layout? = nil,
    otherNames: [PublishedNames] = [],
    weightsMarks: WeightsMarks? = nil, cacheName: String? = nil, padding: PaddingStyle? = nil,
    make: @escaping @Sendable (PaddingStyle) -> any ImageEncoder
  ) {
    (self.name, publishedPreprocessing, self.inputSizes) = (name, preprocessing, inputSizes)
    (torchvisionPreprocessing, secondPreprocessing) = (torchvision, second)
    self.weightsMarks = weightsMarks
    (self.classifierPrefixes, self.cacheName) = (classifierPrefixes, cacheName ?? name)
    (self.library, self.otherNames, self.classifier) = (library, otherNames, classifier)
    (publishedPadding, hasPaddingStyles) = (padding ?? .symmetric, padding != nil)
    self.make = make
  }

  /// Returns an encoder whose parameters are all zero, to be loaded or initialised.
  ///
  /// - Parameters:
  ///   - padding: The padding style; nil is that of the published weights. Encoders of which weights of one style
  ///     are published ignore it.
  ///   - classCount: The number of classes of its classifier; nil leaves the classifier out, as does an architecture
  ///     that has none.
  /// - Returns: The encoder.
  package func makeEncoder(
    padding: PaddingStyle? = nil, classCount: Int? = nil
  ) -> any ImageEncoder {
    let encoder = make(padding ?? publishedPadding)
    guard let classCount, let classifier else { return encoder }
    return ClassifyingEncoder(
      encoder,
      PictureClassifier(classifier, featureSize: encoder.pooledSize, classCount: classCount))
  }

  /// True if torchvision publishes second weights (`IMAGENET1K_V2`, also called `DEFAULT`).
  package var hasSecondWeights: Bool { weightsMarks != nil }

  /// Returns true if a published tensor only counts the batches that a norm has seen.
  package static func isBatchCounter(_ name: String) -> Bool {
    name.hasSuffix(".num_batches_tracked")
  }
}
