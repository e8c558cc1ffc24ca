import Files
import ImageEncoders
import Layers
import Tensors

/// Turns published encoder weights into a model folder that has learned no captions yet.
package struct EncoderImport: Sendable {
  /// The preprocessing that published weights were trained with.
  package enum Preprocessing: String, Sendable, CaseIterable {
    /// Shorter side resized to 256, center crop, ImageNet's mean and standard deviation.
    case torchvision
    /// Another name of `torchvision`: its first weights, `IMAGENET1K_V1`.
    case v1
    /// The shorter side resized to 232: torchvision's second weights, `IMAGENET1K_V2` or `DEFAULT`.
    case v2
    /// Central crop of 87.5 % of each side, resized; pixels in `-1...1`.
    case tf
    /// The whole picture stretched to a square; mean and standard deviation as published.
    case squash

    /// Recognises torchvision's and timm's names of the first and second weights, and the first digits of
    /// their checksums; nil if the file's name has none of them.
    package init?(namedIn file: String) {
      let name = file.lowercased()
      func has(_ marks: [String]) -> Bool { marks.contains { name.contains($0) } }
      let known = EncoderArchitecture.all.compactMap(\.weightsMarks)
      if has(["v2_in1k", "imagenet1k_v2"] + known.map(\.second)) {
        self = .v2
      } else if has(["tv_in1k", "imagenet1k_v1"] + known.map(\.first)) {
        self = .v1
      } else {
        return nil
      }
    }
  }

  package var encoder: EncoderConfiguration
  package var precision: ElementType = .float32
  /// The licence of the weights; nil takes it from the file's metadata.
  package var license: String?
  /// The prefix of the names of the encoder's tensors in the file; nil finds it.
  package var prefix: String?
  /// True if infinities and NaN are accepted.
  package var allowsNonFinite = false

  /// - Parameters:
  ///   - architecture: The encoder that the weights are of.
  ///   - padding: The padding style of its convolutions; nil is symmetric.
  ///   - preprocessing: The preprocessing of its pictures; nil is the published one.
  package init(
    _ architecture: EncoderArchitecture, padding: PaddingStyle? = nil,
    preprocessing: Preprocessing? = nil
  ) {
    var prepared = architecture.publishedPreprocessing
    switch preprocessing {
    case nil: break
    case .v2: prepared = .torchvision(resize: 232)
    case .torchvision, .v1: prepared = architecture.torchvisionPreprocessing
    case .tf: prepared = .tensorFlow(size: prepared.size)
    case .squash: prepared.framing = .squash
    }
    encoder = EncoderConfiguration(
      architecture, padding: padding ?? .symmetric, preprocessing: prepared)
  }

  /// The outcome of an import.
  package struct Report: Sendable {
    /// The number of the encoder's learned parameters.
    package let parameterCount: Int
    /// The tensors of the classifier, which were left behind.
    package let ignored: [String]
    /// The prefix of the names of the encoder's tensors in the file, such as `module.`.
    package let prefix: String
    /// The tensors without that prefix, which were left behind.
    package let others: [String]
  }

  /// Reads `weights`, a safetensors file, and writes the model folder `output`.
  ///
  /// - Parameters:
  ///   - weights: Tensors under their published names, in F32, F16 or BF16.
  ///   - output: The folder to write.
  ///   - isReplacing: True if an existing model may be replaced.
  ///   - report: Receives the folder that the files are written to first, which a stopped program removes.
  /// - Returns: The tensors that were taken and those that were not.
  /// - Throws: `SafetensorsError` or `WeightsError` about the file, `FileError` about the folder.
  package func run(
    _ weights: String, to output: String, replacing isReplacing: Bool,
    reportingWorkingPath report: (String) -> Void = { _ in }
  ) throws
    -> Report
  {
    let file = try WeightsFile(weights)
    let (encoder, source) = try load(file)
    var configuration = ModelConfiguration(encoder: self.encoder)
    let digest = try SHA256.digest(ofFile: weights)
    configuration.provenance = Provenance(
      license: license ?? file.metadata["license"],
      startedFrom: "\(ModelDirectory(weights).name) (SHA-256 \(digest))")
    try ModelDirectory.write(
      .init(
        configuration: configuration,
        parameters: encoder.parameters.map { parameter, value in
          (CaptionModel.encoderPrefix + parameter.name, value)
        },
        words: nil, card: card(configuration.provenance)),
      to: output, precision: precision, replacing: isReplacing, reportingWorkingPath: report)
    return Report(
      parameterCount: encoder.parameterCount,
      ignored: file.names.filter { isClassifier($0, behind: source) }.sorted(), prefix: source,
      others: file.names.filter { !$0.hasPrefix(source) }.sorted())
  }

  private func isClassifier(_ name: String, behind prefix: String) -> Bool {
    name.hasPrefix(prefix)
      && encoder.architecture.isClassifier(String(name.dropFirst(prefix.count)))
  }

  /// The encoder with the tensors of the file, and what stands before their names there.
  private func load(
    _ file: WeightsFile
  ) throws(WeightsError) -> (encoder: any ImageEncoder, prefix: String) {
    func load<Encoder: ImageEncoder>(
      _ encoder: Encoder
    ) throws(WeightsError) -> (any ImageEncoder, String) {
      var encoder = encoder
      let prefix = if let given = self.prefix { given } else { try file.prefix(of: encoder) }
      try file.load(
        into: &encoder, prefix: prefix,
        ignoring: {
          !$0.hasPrefix(prefix) || isClassifier($0, behind: prefix)
            || EncoderArchitecture.isBatchCounter($0)
        }, allowsNonFinite: allowsNonFinite)
      return (encoder, prefix)
    }
    return try load(encoder.makeEncoder())
  }

  private func card(_ provenance: Provenance) -> String {
    """
    # \(encoder.architecture.name), imported

    An image encoder without its classifier. It has learned no captions yet. Train a captioner
    with `cutline train`, or write features with `cutline features`.

    - Weights: \(provenance.startedFrom ?? "unknown"), stored as \(precision).
    - Licence: \(provenance.license ?? "not stated; ask the publisher of the weights").
    - Pictures: \(encoder.preprocessing.size) pixels square; how they get there is in `config.json`.

    Written by `cutline model import`.

    """
  }
}
