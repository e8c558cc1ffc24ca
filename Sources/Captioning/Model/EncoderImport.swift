import Files
import ImageEncoders
import Layers
import Tensors

/// Turns published encoder weights into a model folder that has learned no captions yet.
package struct EncoderImport: Sendable {
  /// The ways of preparing pictures that published weights were trained with.
  package enum Preprocessing: String, Sendable, CaseIterable {
    /// The shorter side resized to 256, the middle cut out, ImageNet's mean and deviation.
    case torchvision
    /// The same: torchvision's first weights, `IMAGENET1K_V1`.
    case v1
    /// The shorter side resized to 232: torchvision's second weights, `IMAGENET1K_V2` or `DEFAULT`.
    case v2
    /// The middle 87.5 %, resized; pixels in `-1...1`.
    case tf
    /// All of the picture, its aspect lost; mean and deviation as published.
    case squash

    /// What the name of a weights file tells: torchvision's and timm's names of the second weights, and the
    /// first digits of their checksums; nil where it tells nothing.
    package init?(namedIn file: String) {
      let name = file.lowercased()
      func has(_ marks: [String]) -> Bool { marks.contains { name.contains($0) } }
      if has(["v2_in1k", "imagenet1k_v2", "11ad3fa6", "cd907fc2", "f82ba261", "7ebf99e0"]) {
        self = .v2
      } else if has(["tv_in1k", "imagenet1k_v1", "0676ba61", "63fe2227", "394f9c45", "b0353104"]) {
        self = .v1
      } else {
        return nil
      }
    }
  }

  package var encoder: EncoderConfiguration
  package var precision: Tensors.ElementType = .float32
  /// Who may use the weights for what; else what the file says of itself.
  package var license: String?
  /// What stands before the names of the encoder's tensors; nil finds it.
  package var prefix: String?
  /// Whether infinities and NaN are taken as they are.
  package var allowsNonFinite = false

  /// - Parameters:
  ///   - architecture: Which encoder the weights are of.
  ///   - padding: Where its zeros go; nil for where its publisher puts them.
  ///   - preprocessing: How its pictures were prepared; nil for how its publisher did.
  package init(
    _ architecture: EncoderArchitecture, padding: PaddingStyle? = nil,
    preprocessing: Preprocessing? = nil
  ) {
    var prepared = architecture.publishedPreprocessing
    switch preprocessing {
    case nil: break
    case .v2: prepared = .torchvision(resize: 232)
    case .torchvision, .v1:
      // Inception's own publisher is torchvision, with other numbers than its other networks.
      prepared = architecture == .inceptionV3 ? prepared : .torchvision()
    case .tf: prepared = .tensorFlow(size: prepared.size)
    case .squash: prepared.framing = .squash
    }
    encoder = EncoderConfiguration(
      architecture, padding: padding ?? .symmetric, preprocessing: prepared)
  }

  /// What an import has done.
  package struct Report: Sendable {
    /// How many numbers the encoder has learned.
    package let parameterCount: Int
    /// The tensors of the classifier, which were left behind.
    package let ignored: [String]
    /// What stands before the names of the encoder's tensors in the file, such as `module.`.
    package let prefix: String
    /// The tensors without that prefix, which were left behind.
    package let others: [String]
  }

  /// Reads `weights`, a safetensors file, and writes the model folder `output`.
  ///
  /// - Parameters:
  ///   - weights: Tensors under their published names, in F32, F16 or BF16.
  ///   - output: The folder to write.
  ///   - isReplacing: Whether a model that is there may be replaced.
  ///   - report: Is told where the files are written first, to remove them should the program be stopped.
  /// - Returns: What was taken and what was not.
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
    # \(encoder.architecture.rawValue), imported

    An image encoder without its classifier. It has learned no captions yet; `cutline train` teaches
    it some, and `cutline features` writes what it sees.

    - Weights: \(provenance.startedFrom ?? "unknown"), stored as \(precision).
    - Licence: \(provenance.license ?? "not stated; ask whoever published the weights").
    - Pictures: \(encoder.preprocessing.size) pixels square; how they get there is in `config.json`.

    Written by `cutline model import`.

    """
  }
}
