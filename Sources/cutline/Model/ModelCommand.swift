import ArgumentParser
import Captioning
import Files
import ImageEncoders
import Tensors

/// `cutline model …`: what there is to do with model folders.
struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "List, describe, check, import, export and average models.",
    discussion: """
        cutline model list
        cutline model import weights.safetensors --encoder resnet50 -o models/resnet50
      """,
    subcommands: [
      ModelListCommand.self, ModelInfoCommand.self, ModelVerifyCommand.self,
      ModelImportCommand.self, ModelExportCommand.self, ModelAverageCommand.self,
    ])
}

/// `cutline model list`: the models that can be named without a path.
struct ModelListCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the models on the search path.")

  @Flag(help: "Print JSON.")
  var json = false
  @OptionGroup(title: "Messages") var talk: MessageOptions

  func run() throws {
    let path = ModelSearchPath.current
    let models = path.models.map { model in
      Result { () throws(ModelError) in try model.summary() }
    }
    for case .failure(let error) in models { talk.messages.failure(error) }
    let summaries = models.compactMap { try? $0.get() }
    if json {
      let list = JSONValue.array(summaries.map(\.json))
      try StandardStream.output.write(list.prettyText + "\n")
    } else if summaries.isEmpty {
      talk.messages.note(
        "no models. Looked in: \(path.folders.joined(separator: ", ")).\n"
          + "Import one: cutline model import FILE --encoder NAME -o DIR")
    } else {
      try StandardStream.output.write(table(summaries.map(\.row), under: ModelSummary.columns))
    }
  }
}

/// `cutline model info NAME`: what a model is made of.
struct ModelInfoCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "info", abstract: "Say what a model is made of, and whether its files are whole.")

  @Argument(help: "A folder, or a name on the search path.", completion: .directory)
  var model = "default"
  @Flag(help: "Print JSON.")
  var json = false
  @OptionGroup(title: "Messages") var talk: MessageOptions

  func run() throws {
    let directory = try ModelDirectory(argument: model)
    let summary = try directory.summary()
    let damage = directory.damage()
    let state = damage == nil ? "all agree" : "do not agree"
    try StandardStream.output.write(
      json
        ? summary.detailedJSON(checksums: state).prettyText + "\n"
        : listing(summary.details + [("checksums", state)]))
    if let damage { throw damage }
  }
}

/// `cutline model verify NAME`: whether a model is whole and usable.
struct ModelVerifyCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check a model's files, shapes and numbers.")

  @Argument(help: "A folder, or a name on the search path.", completion: .directory)
  var model = "default"
  @OptionGroup(title: "Messages") var talk: MessageOptions

  func run() throws {
    let directory = try ModelDirectory(argument: model)
    let count = try directory.verify()
    talk.messages.note(
      "\(directory.path): whole; \(count) tensors, all finite, and all checksums agree")
  }
}

/// `cutline model import FILE --encoder NAME -o DIR`: published encoder weights into a model folder.
struct ModelImportCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Make a model folder from published encoder weights.",
    discussion: """
      FILE is a safetensors file with torchvision's names. Write one where PyTorch is installed:
      safetensors.torch.save_file(torchvision.models.resnet50(weights="IMAGENET1K_V2").state_dict(), FILE)

      torchvision's second weights (IMAGENET1K_V2, which is what DEFAULT means for resnet50, resnet101, \
      resnet152 and mobilenet_v2) were evaluated on pictures of another size than its first: say \
      --preprocessing v2 or v1.
      """)

  @Argument(help: "A safetensors file.", completion: .file(extensions: ["safetensors"]))
  var file: String
  @Option(help: "Which encoder the weights are of.")
  var encoder: EncoderArchitecture
  @Option(name: .shortAndLong, help: "The folder to write.", completion: .directory)
  var output: String
  @Option(help: "Where zeros go around a map; 'same' is TensorFlow's (default: symmetric).")
  var padding: PaddingStyle?
  @Option(
    help: ArgumentHelp(
      "How pictures were prepared: v1 or v2 of torchvision's weights, torchvision (v1), tf or squash.",
      discussion: "Without it as the file's name tells, else as for the first weights."))
  var preprocessing: EncoderImport.Preprocessing?
  @Option(
    help: ArgumentHelp(
      "What stands before the names of the encoder's tensors, such as backbone. (default: looked for).",
      valueName: "text"))
  var prefix: String?
  @Option(help: "How numbers are stored: f32 or bf16.")
  var precision = StoredPrecision.f32
  @Option(help: "The licence of the weights, for config.json.")
  var license: String?
  @Flag(help: "Take infinities and NaN as they are.")
  var allowNonfinite = false
  @Flag(help: "Replace the model if it exists.")
  var force = false
  @OptionGroup(title: "Messages") var talk: MessageOptions

  func validate() throws {
    guard preprocessing != .v2 || encoder.hasSecondWeights else {
      throw ValidationError(
        "--preprocessing v2: torchvision has no second weights of \(encoder.rawValue). Leave it out."
      )
    }
  }

  func run() throws {
    let told = encoder.hasSecondWeights ? EncoderImport.Preprocessing(namedIn: file) : nil
    var work = EncoderImport(encoder, padding: padding, preprocessing: preprocessing ?? told)
    work.prefix = prefix
    work.precision = precision.elementType
    work.license = license
    work.allowsNonFinite = allowNonfinite
    let cleanup = InterruptionCleanup()
    let report = try work.run(
      file, to: output, replacing: force, reportingWorkingPath: cleanup.add)
    if encoder.hasSecondWeights, preprocessing == nil, told == nil {
      talk.messages.warning(
        "\(file): does not tell whether it holds torchvision's first or second weights. Pictures are resized "
          + "to 256 pixels, as for the first; for the second (DEFAULT) import again with --preprocessing v2."
      )
    }
    if !report.prefix.isEmpty {
      let others = report.others.first.map { ", and left out \(report.others.count) such as \($0)" }
      talk.messages.note("\(file): took the tensors behind '\(report.prefix)'\(others ?? "")")
    }
    if !report.ignored.isEmpty {
      talk.messages.note(
        "\(file): left out the classifier: \(report.ignored.joined(separator: ", "))")
    }
    talk.messages.note(
      "wrote \(output): \(encoder.rawValue), \(report.parameterCount) parameters. Train it: "
        + "cutline train DATASET --encoder-model \(output) -o runs/first")
  }

}

/// `cutline model export NAME -o DIR`: a model stored with another precision.
struct ModelExportCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a model anew, by default at half its size.",
    discussion: """
      A run's models are stored in f32, to learn on from. For use bf16 is as good, and half as large.

        cutline model export runs/first/last -o models/first
      """)

  @Argument(help: "A folder, or a name on the search path.", completion: .directory)
  var model: String
  @OptionGroup var written: WrittenModelOptions
  @OptionGroup(title: "Messages") var talk: MessageOptions

  func run() throws {
    let directory = try ModelDirectory(argument: model)
    try directory.export(
      to: written.output, precision: written.precision.elementType, replacing: written.force)
    talk.messages.note("wrote \(written.output) in \(written.advice)")
  }
}

/// `cutline model average A B … -o DIR`: one model from several checkpoints of a training.
struct ModelAverageCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "average", abstract: "Make one model of several: the mean of their weights.",
    discussion: """
      For checkpoints of one training (Izmailov et al., 2018), or of trainings that went on from one \
      model; of others the mean means nothing. They must have the same parts and words. For different \
      models name several with caption -m instead.

        cutline model average runs/first/checkpoints/* -o models/first
      """)

  @Argument(
    help: ArgumentHelp("Folders, or names on the search path.", valueName: "model"),
    completion: .directory)
  var models: [String]
  @OptionGroup var written: WrittenModelOptions
  @OptionGroup(title: "Messages") var talk: MessageOptions

  func validate() throws {
    guard models.count > 1 else {
      throw ValidationError("one model is its own mean. Name two or more.")
    }
  }

  func run() throws {
    let directories = try models.map { try ModelDirectory(argument: $0) }
    try ModelEnsemble(directories).average(
      to: written.output, precision: written.precision.elementType, replacing: written.force)
    talk.messages.note(
      "wrote \(written.output), the mean of \(models.count) models, in \(written.advice)")
  }
}

extension ModelDirectory {
  /// The model that an argument names, by its path or on the search path.
  fileprivate init(argument name: String) throws(ModelError) {
    try self.init(named: name, searching: ModelSearchPath.current.folders, advice: .argument)
  }
}

/// Where a model made of others goes, and how it is stored.
struct WrittenModelOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "The folder to write.", completion: .directory)
  var output: String
  @Option(help: "How numbers are stored.")
  var precision = StoredPrecision.bf16
  @Flag(help: "Replace the model if it exists.")
  var force = false

  /// How it is stored, and what to do with it.
  var advice: String { "\(precision.rawValue). Use it: cutline caption -m \(output) PHOTO" }
}

enum StoredPrecision: String, ExpressibleByArgument, CaseIterable {
  case f32, bf16

  var elementType: Tensors.ElementType { self == .f32 ? .float32 : .bfloat16 }
}

extension EncoderArchitecture: ExpressibleByArgument {}
extension PaddingStyle: ExpressibleByArgument {}
extension EncoderImport.Preprocessing: ExpressibleByArgument {}
