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
    /// torchvision's second weights, `IMAGENET1K_V2` or `DEFAULT`: usually the shorter side resized to 232.
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

  /// The encoder that the weights are of; nil recognizes it.
  package var architecture: EncoderArchitecture?
  /// The padding style of its convolutions; nil is that of the library that the weights are from.
  package var padding: PaddingStyle?
  /// The preprocessing of its pictures; nil is that of a file beside the weights, else the published one.
  package var preprocessing: Preprocessing?
  /// The height and width of pictures for the encoder, in pixels; nil is that of the preprocessing.
  package var size: Int?
  package var precision: ElementType = .float32
  /// The licence of the weights; nil takes it from the file's metadata.
  package var license: String?
  /// The prefix of the names of the encoder's tensors in the file; nil finds it.
  package var prefix: String?
  /// True if infinities and NaN are accepted.
  package var allowsNonFinite = false
  /// True if the classifier is kept.
  package var keepsClassifier = false
  /// The names of its classes; nil takes those of a file beside the weights, else ImageNet's.
  package var classes: NamedClasses?

  package init() {}

  /// The names of classes, and the file that they are from.
  package struct NamedClasses: Sendable {
    let classes: PictureClasses
    let path: String

    package init(_ classes: PictureClasses, path: String) {
      (self.classes, self.path) = (classes, path)
    }
  }

  /// A question that neither the tensors nor a file answers.
  package enum Doubt: Sendable {
    /// The weights may be torchvision's first or second, which differ in how pictures are prepared.
    case torchvisionVersion
    /// No file of the library is beside the weights that says how pictures are prepared.
    case preprocessing
  }

  /// The outcome of an import.
  package struct Report: Sendable {
    package let architecture: EncoderArchitecture
    /// The library whose names the tensors have.
    package let library: String
    /// The number of the encoder's learned parameters.
    package let parameterCount: Int
    /// The tensors of the classifier, if they were left behind.
    package let ignored: [String]
    /// The number of classes of the classifier; nil if it was left behind.
    package let classCount: Int?
    /// The file that names the classes; nil if they are ImageNet's.
    package let classesFile: String?
    /// The prefix of the names of the encoder's tensors in the file, such as `module.`.
    package let prefix: String
    /// The tensors without that prefix, which were left behind.
    package let others: [String]
    /// The file that said how pictures are prepared; nil if there was none.
    package let preprocessingFile: String?
    /// The question that neither the tensors nor a file answers; nil if there is none.
    package let doubt: Doubt?
  }

  /// Reads `weights` and writes the model folder `output`.
  ///
  /// - Parameters:
  ///   - weights: A safetensors file or one of `torch.save`, with tensors under the names of torchvision or of
  ///     another library that is known, in float32, float16 or bfloat16.
  ///   - output: The folder to write.
  ///   - isReplacing: True if an existing model may be replaced.
  ///   - report: Receives the folder that the files are written to first, which a stopped program removes.
  /// - Returns: The tensors that were taken and those that were not.
  /// - Throws: `SafetensorsError`, `TorchError`, `WeightsError` or `EncoderImportError` about the file, `FileError`
  ///   about the folder.
  package func run(
    _ weights: String, to output: String, replacing isReplacing: Bool,
    reportingWorkingPath report: (String) -> Void = { _ in }
  ) throws -> Report {
    let file = try WeightsFile(published: weights)
    let beside = try PublishedSettings(beside: weights, preprocessing: preprocessing == nil)
    let found = try EncoderRecognition(
      of: file, among: architecture.map { [$0] } ?? EncoderArchitecture.all, prefix: prefix,
      titled: "\(ModelDirectory(weights).name) \(beside.timmName ?? "")")
    try beside.check(found.architecture, weights)
    guard preprocessing != .v2 || found.architecture.hasSecondWeights else {
      throw EncoderImportError(
        weights, .settings("torchvision has no second weights of \(found.architecture.name)"))
    }
    let named = found.architecture.hasSecondWeights ? Preprocessing(namedIn: weights) : nil
    guard padding == nil || found.architecture.hasPaddingStyles else {
      throw EncoderImportError(weights, .padding(found.architecture.name))
    }
    var configuration = EncoderConfiguration(
      found.architecture, padding: padding ?? beside.padding ?? found.names.padding,
      preprocessing: beside.preprocessing ?? prepared(found.architecture, preprocessing ?? named))
    if let size {
      guard found.architecture.inputSizes.contains(size) else {
        throw EncoderImportError(
          weights, .size(size, found.architecture.name, found.architecture.inputSizes))
      }
      configuration.preprocessing = configuration.preprocessing.resized(to: size)
    }
    guard found.architecture.inputSizes.contains(configuration.preprocessing.size) else {
      throw EncoderImportError(
        beside.preprocessingFile ?? weights,
        .settings("\(found.architecture.name) cannot read pictures of that size"))
    }
    let classifier =
      keepsClassifier ? try PublishedClassifier(in: file, found, beside, named: classes) : nil
    configuration.classCount = classifier?.classes.count
    let encoder = try load(file, found, classifier, configuration)
    var model = ModelConfiguration(encoder: configuration)
    let digest = try SHA256.digest(ofFile: weights)
    model.provenance = Provenance(
      license: license ?? file.metadata["license"],
      startedFrom: "\(ModelDirectory(weights).name) (SHA-256 \(digest))")
    try ModelDirectory.write(
      .init(
        configuration: model,
        parameters: encoder.parameters.map { parameter, value in
          (CaptionModel.encoderPrefix + parameter.name, value)
        },
        words: nil, classes: classifier?.classes, card: card(model)),
      to: output, precision: precision, replacing: isReplacing, reportingWorkingPath: report)
    return Report(
      architecture: found.architecture, library: found.names.library,
      parameterCount: encoder.parameterCount,
      ignored: keepsClassifier ? [] : file.names.filter(found.isClassifier).sorted(),
      classCount: configuration.classCount, classesFile: classifier?.source, prefix: found.prefix,
      others: file.names.filter {
        !$0.hasPrefix(found.prefix) && !(classifier?.contains($0) ?? false)
      }.sorted(),
      preprocessingFile: beside.preprocessingFile,
      doubt: preprocessing ?? named == nil && beside.preprocessing == nil ? found.doubt : nil)
  }

  /// Returns the preprocessing that a choice means for an architecture.
  private func prepared(
    _ architecture: EncoderArchitecture, _ choice: Preprocessing?
  ) -> ImagePreprocessing {
    var prepared = architecture.publishedPreprocessing
    switch choice {
    case nil: break
    case .v2: prepared = architecture.secondPreprocessing
    case .torchvision, .v1: prepared = architecture.torchvisionPreprocessing
    case .tf: prepared = .tensorFlow(size: prepared.size)
    case .squash: prepared.framing = .squash
    }
    return prepared
  }

  /// Returns the encoder with the tensors of the file.
  private func load(
    _ file: WeightsFile, _ found: EncoderRecognition, _ classifier: PublishedClassifier?,
    _ configuration: EncoderConfiguration
  ) throws(WeightsError) -> any ImageEncoder {
    func load<Encoder: ImageEncoder>(
      _ encoder: Encoder
    ) throws(WeightsError) -> any ImageEncoder {
      var encoder = encoder
      let own = found.architecture.makeEncoder().parameters.map(\.parameter.name)
      let all = encoder.parameters.map(\.parameter.name)
      var (prefix, names) = (found.prefix, found.names.names(of: own))
      if let classifier {
        // Its tensors may lie beside those of the network.
        names =
          names.map { found.prefix + $0 } + classifier.names(of: Array(all.dropFirst(own.count)))
        prefix = ""
      }
      try file.load(
        into: &encoder, prefix: prefix, named: names == all ? nil : names,
        ignoring: {
          !$0.hasPrefix(found.prefix) || found.isClassifier($0)
            || EncoderArchitecture.isBatchCounter($0)
        }, allowsNonFinite: allowsNonFinite)
      for (parameter, value) in encoder.parameters
      where parameter.name.hasSuffix("running_var") && value.floats.contains(where: { $0 < 0 }) {
        throw WeightsError(path: file.path, problem: .negativeVariance(parameter.name))
      }
      let difference = found.names.epsilonDifference
      if difference != 0 {
        // (variance + difference) + own ε = variance + their ε
        encoder.updateParameters { parameter, value in
          if parameter.name.hasSuffix("running_var") { value = value + difference }
        }
      }
      return encoder
    }
    return try load(configuration.makeEncoder())
  }

  private func card(_ model: ModelConfiguration) -> String {
    """
    # \(model.encoder.architecture.name), imported

    An image encoder \(keepsClassifier ? "with" : "without") its classifier. It has learned no captions yet.
    Train a captioner with `cutline train`, or write features with `cutline features`.

    - Weights: \(model.provenance.startedFrom ?? "unknown"), stored as \(precision).
    - Licence: \(model.provenance.license ?? "not stated; ask the publisher of the weights").
    - Pictures: \(model.encoder.preprocessing.size) pixels square; how they get there is in `config.json`.

    Written by `cutline model import`.

    """
  }
}
