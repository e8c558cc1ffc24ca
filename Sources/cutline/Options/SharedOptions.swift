import ArgumentParser
import Captioning
import Files
import Media
import Tensors
import Text

/// Which model to use.
struct ModelOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The model: a folder, or a name on the search path (see cutline doctor).",
      valueName: "name|dir"),
    completion: .directory)
  var model: String?

  /// The model's folder: from the option, else $CUTLINE_MODEL, else the one called "default".
  func directory() throws(ModelError) -> ModelDirectory {
    try ModelDirectory(
      named: model ?? Variable.model.value ?? "default",
      searching: ModelSearchPath.current.folders)
  }
}

/// Which models to caption with, together.
struct EnsembleOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The model: a folder, or a name on the search path (see cutline doctor).",
      discussion:
        "Named more than once, models caption together, by the mean of their probabilities.",
      valueName: "name|dir"),
    completion: .directory)
  var model: [String] = []
  @Option(
    help: ArgumentHelp(
      "What the models' probabilities count, in their order, such as 0.7,0.3 (default: the same).",
      valueName: "w,w…"))
  var modelWeights: ModelWeights?

  func validate() throws {
    if let modelWeights, modelWeights.values.count != max(model.count, 1) {
      throw ValidationError(
        "--model-weights has \(modelWeights.values.count) weights for \(max(model.count, 1)) "
          + "model\(model.count > 1 ? "s" : ""). Name one for each --model, in their order.")
    }
    guard model.count <= 64 else {
      throw ValidationError("--model names \(model.count) models; 64 are the most.")
    }
  }

  /// The models' folders: from the option, else $CUTLINE_MODEL, else the one called "default".
  func models() throws(ModelError) -> ModelEnsemble {
    let names = model.isEmpty ? [Variable.model.value ?? "default"] : model
    var directories: [ModelDirectory] = []
    for name in names {
      directories.append(
        try ModelDirectory(named: name, searching: ModelSearchPath.current.folders))
    }
    return ModelEnsemble(directories, weights: modelWeights?.values)
  }

  /// Decisive settings with the weights, where there are any.
  func settings(_ settings: JSONValue) -> JSONValue {
    guard let modelWeights, case .object(let members) = settings else { return settings }
    let weights = modelWeights.values.map { JSONValue.number(Double("\($0)") ?? Double($0)) }
    return .object(members + [.init("model_weights", .array(weights))])
  }
}

/// Numbers above 0 with commas between.
struct ModelWeights: ExpressibleByArgument {
  let values: [Float]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    values = parts.compactMap { Float($0) }.filter { $0 > 0 && $0.isFinite }
    guard values.count == parts.count, !values.isEmpty else { return nil }
  }
}

/// What the encoder multiplies in.
struct PrecisionOptions: ParsableArguments {
  @Option(
    help: """
      What the encoder multiplies in: f32, or bf16, about twice as fast where the processor has it \
      (see cutline doctor), with a few captions that differ.
      """)
  var precision = StoredPrecision.f32

  /// The same, once it is known that the processor can do that.
  func elementType() throws(Failure) -> Tensors.ElementType {
    try precision.elementType.requireMultiplying()
    return precision.elementType
  }

  /// What decides the captions besides the search: nothing is said of what is usual.
  func settings(_ search: CaptionSearch, _ vocabulary: Vocabulary) -> JSONValue {
    let json = search.json(vocabulary)
    guard precision != .f32, case .object(let members) = json else { return json }
    return .object(members + [.init("precision", .string(precision.rawValue))])
  }
}

/// Which pictures to read, and which to refuse.
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

  /// Throws if `output` is one of the pictures: no --force should cost a photo.
  func protect(from output: String?) throws {
    guard let output, let file = files.first(where: { isSameFile($0, output) }) else { return }
    throw Failure(
      "\(output): is the picture \(file), which would be lost. Choose another name for the output.",
      .cannotCreate)
  }

  /// What is to be captioned; numbers leave room for the parts of clips.
  var numberedFiles: [CaptionSource] {
    sources.enumerated().map { index, file in
      CaptionSource(name: file.name, media: .success(file.source), number: index << 16)
    }
  }

  /// What results call each picture, and where it is read.
  var sources: [(name: String, source: MediaSource)] {
    files.map { ($0, $0 == "-" ? .standardInput : .file($0)) }
  }

  /// How many are clips, by their names.
  var clipCount: Int { files.count { MediaKind(fileName: $0) == .video } }

  var limits: StillImageOptions { limiting.limits }
}

/// Which pictures to refuse.
struct PictureLimitOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Refuse pictures of more pixels (default: 178956970, as in Pillow, and a warning at half).",
      valueName: "n"))
  var maxPixels: Int?
  @Flag(help: "Fail on truncated and damaged pictures and clips rather than caption what is there.")
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

extension Tensors.ElementType {
  /// Throws where the processor cannot multiply numbers of this type.
  func requireMultiplying() throws(Failure) {
    guard self == .bfloat16, !Device.multipliesBfloat16 else { return }
    throw Failure(
      "this processor cannot multiply bfloat16 numbers (that takes AVX-512). Leave out --precision, or take float32.",
      .unavailable)
  }
}
