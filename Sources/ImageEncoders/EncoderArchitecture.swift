import Layers

/// The architectures of image encoders.
///
/// To add one, write the encoder in a file of its own with an entry for it, as `VGG.swift` has, and name the
/// entry in `all`.
package struct EncoderArchitecture: RegistryEntry {
  package static let noun = "encoder"
  package static let all: [EncoderArchitecture] = [
    .mobileNetV2, .mobileNetEdgeTPU, .resNet18, .resNet34, .resNet50, .resNet101, .resNet152,
    .vgg16, .vgg19, .inceptionV3, .smallCNN,
  ]

  package let name: String
  /// The preprocessing that the published weights were trained with.
  package let publishedPreprocessing: ImagePreprocessing
  /// The preprocessing of torchvision's first weights, `IMAGENET1K_V1`.
  package let torchvisionPreprocessing: ImagePreprocessing
  /// The heights and widths of the pictures that it can read, in pixels.
  package let inputSizes: ClosedRange<Int>
  /// The beginnings of the names of published tensors that belong to the classifier.
  private let classifierPrefixes: [String]
  /// The marks of torchvision's first and second weights; nil where torchvision publishes no second weights.
  package let weightsMarks: WeightsMarks?
  /// The name by which feature caches know it.
  package let cacheName: String
  private let make: @Sendable (PaddingStyle) -> any ImageEncoder

  /// The beginnings of the checksums that torchvision puts into the names of weights files.
  package struct WeightsMarks: Sendable {
    /// `IMAGENET1K_V1`.
    package let first: String
    /// `IMAGENET1K_V2`, also called `DEFAULT`, for which the shorter side of a picture becomes 232 pixels
    /// rather than 256.
    package let second: String
  }

  /// - Parameters:
  ///   - name: The name that users type, and that `config.json` has.
  ///   - preprocessing: The preprocessing that the published weights were trained with.
  ///   - torchvision: The preprocessing of torchvision's first weights.
  ///   - inputSizes: The heights and widths of the pictures that it can read, in pixels.
  ///   - classifierPrefixes: The beginnings of the names of published tensors that belong to the classifier.
  ///   - weightsMarks: The marks of torchvision's first and second weights; nil if there are no second ones.
  ///   - cacheName: The name by which feature caches know it, if they were written before it had `name`.
  ///   - make: Returns the encoder with all parameters zero, padded in the given style.
  package init(
    _ name: String, preprocessing: ImagePreprocessing = .torchvision(),
    torchvision: ImagePreprocessing = .torchvision(), inputSizes: ClosedRange<Int> = 32...4096,
    classifierPrefixes: [String], weightsMarks: WeightsMarks? = nil, cacheName: String? = nil,
    make: @escaping @Sendable (PaddingStyle) -> any ImageEncoder
  ) {
    (self.name, publishedPreprocessing, self.inputSizes) = (name, preprocessing, inputSizes)
    (torchvisionPreprocessing, self.weightsMarks) = (torchvision, weightsMarks)
    (self.classifierPrefixes, self.cacheName) = (classifierPrefixes, cacheName ?? name)
    self.make = make
  }

  /// Returns an encoder whose parameters are all zero, to be loaded or initialised.
  ///
  /// Only MobileNetV2 is published with either padding; the others ignore `padding`.
  package func makeEncoder(padding: PaddingStyle = .symmetric) -> any ImageEncoder { make(padding) }

  /// True if torchvision publishes second weights (`IMAGENET1K_V2`, also called `DEFAULT`).
  package var hasSecondWeights: Bool { weightsMarks != nil }

  /// Returns true if a published tensor belongs to the classifier, which a captioner does not need.
  package func isClassifier(_ name: String) -> Bool {
    classifierPrefixes.contains { name.hasPrefix($0) }
  }

  /// Returns true if a published tensor only counts the batches that a norm has seen.
  package static func isBatchCounter(_ name: String) -> Bool {
    name.hasSuffix(".num_batches_tracked")
  }
}
