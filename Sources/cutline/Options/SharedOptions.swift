import ArgumentParser
import Captioning
import Files
import Media
import Tensors
import Text

/// The option for the model.
struct ModelOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The model: a folder, or a name on the search path (see cutline doctor).",
      valueName: "name|dir"),
    completion: .directory)
  var model: String?

  /// Returns the model's folder: from the option, else $CUTLINE_MODEL, else the one called
  /// "default".
  func directory() throws(ModelError) -> ModelDirectory {
    try ModelDirectory(
      named: model ?? Variable.model.value ?? "default",
      searching: ModelSearchPath.current.folders)
  }
}

/// The options for one model or an ensemble.
struct EnsembleOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The model: a folder, or a name on the search path (see cutline doctor).",
      discussion:
        "Repeat it to caption with an ensemble, which averages the models' probabilities.",
      valueName: "name|dir"),
    completion: .directory)
  var model: [String] = []
  @Option(
    help: ArgumentHelp(
      "Weights of the models in an ensemble, in their order, such as 0.7,0.3 (default: equal).",
      valueName: "w,w…"))
  var modelWeights: ModelWeights?

  func validate() throws {
    if let modelWeights, modelWeights.values.count != max(model.count, 1) {
      throw ValidationError(
        "--model-weights has \(modelWeights.values.count) weights for \(max(model.count, 1)) "
          + "model\(model.count > 1 ? "s" : ""). Give one for each --model, in their order.")
    }
    guard model.count <= 64 else {
      throw ValidationError("--model names \(model.count) models; the maximum is 64.")
    }
  }

  /// Returns the models' folders: from the option, else $CUTLINE_MODEL, else the one called
  /// "default".
  func models() throws(ModelError) -> ModelEnsemble {
    let names = model.isEmpty ? [Variable.model.value ?? "default"] : model
    var directories: [ModelDirectory] = []
    for name in names {
      directories.append(
        try ModelDirectory(named: name, searching: ModelSearchPath.current.folders))
    }
    return ModelEnsemble(directories, weights: modelWeights?.values)
  }

  /// Returns the settings with the ensemble's weights, if there are any.
  func settings(_ settings: JSONValue) -> JSONValue {
    guard let modelWeights, case .object(let members) = settings else { return settings }
    let weights = modelWeights.values.map { JSONValue.number(Double("\($0)") ?? Double($0)) }
    return .object(members + [.init("model_weights", .array(weights))])
  }
}

/// Numbers above 0, separated by commas.
struct ModelWeights: ExpressibleByArgument {
  let values: [Float]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    values = parts.compactMap { Float($0) }.filter { $0 > 0 && $0.isFinite }
    guard values.count == parts.count, !values.isEmpty else { return nil }
  }
}

/// The option for the precision of a captioner.
struct PrecisionOptions: ParsableArguments {
  @Option(
    help: """
      Precision of the encoder and the search: f32; bf16, which is faster where the processor has it (see cutline \
      doctor); int8, with an encoder of 8-bit numbers, for a model that was quantized (see cutline model quantize); or \
      auto, the fastest of which the model says what it costs. All but f32 change some captions.
      """)
  var precision = EncoderPrecision.float32

  /// Returns the settings that decide the captions; the default precision is not recorded.
  func settings(
    _ search: CaptionSearch, _ vocabulary: Vocabulary, _ models: ModelEnsemble
  ) throws(ModelError) -> JSONValue {
    let json = search.json(vocabulary)
    let precision = try models.resolved(precision)
    guard precision != .float32, case .object(let members) = json else { return json }
    return .object(members + [.init("precision", .string(precision.rawValue))])
  }
}

/// The pictures to read, and the limits above which they are refused.
struct PictureOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "Pictures (JPEG, PNG, WebP, TIFF, HEIC and more), or - for standard input.", valueName: "file"
    ),
    completion: .file())
  var files: [String]
  @OptionGroup var limiting: PictureLimitOptions

  func validate() throws {
    guard files.count(where: { $0 == "-" }) <= 1 else {
      throw ValidationError("standard input (-) can be read only once. Leave out the other '-'.")
    }
  }

  /// Throws if `output` is one of the pictures: no --force may cost a photo.
  func protect(from output: String?) throws {
    guard let output, let file = files.first(where: { isSameFile($0, output) }) else { return }
    throw Failure(
      "\(output): is the input picture \(file), which would be overwritten. Choose another output name.",
      .cannotCreate)
  }

  /// The files to caption; numbers leave room for the parts of clips.
  var numberedFiles: [CaptionSource] {
    sources.enumerated().map { index, file in
      CaptionSource(name: file.name, media: .success(file.source), number: index << 16)
    }
  }

  /// The name of each picture in results, and its source.
  var sources: [(name: String, source: MediaSource)] {
    files.map { ($0, $0 == "-" ? .standardInput : .file($0)) }
  }

  /// The number of clips, by their names.
  var clipCount: Int { files.count { MediaKind(fileName: $0) == .video } }

  var limits: StillImageOptions { limiting.limits }
}

/// The limits above which pictures are refused.
struct PictureLimitOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Reject pictures with more pixels (default: 178956970, as in Pillow, with a warning at half of that).",
      valueName: "n"))
  var maxPixels: Int?
  @Flag(
    help: "Reject truncated and damaged pictures and clips instead of captioning the readable part."
  )
  var strict = false

  func validate() throws {
    if let maxPixels, maxPixels < 1 {
      throw ValidationError("--max-pixels must be above 0, not \(maxPixels).")
    }
  }

  var limits: StillImageOptions {
    var options = StillImageOptions()
    if let maxPixels { options.maximumPixels = maxPixels }
    options.isStrict = strict
    return options
  }
}

extension EncoderPrecision: ExpressibleByArgument {}

extension ElementType {
  /// Throws if the processor cannot multiply numbers of this type.
  func requireMultiplying() throws(Failure) {
    guard self == .bfloat16, !Device.multipliesBfloat16 else { return }
    throw Failure(
      "this processor cannot multiply bfloat16 numbers (AVX-512 is required). Leave out --precision, or "
        + "choose f32.",
      .unavailable)
  }
}
