import ArgumentParser
import Captioning
import Files
import ImageEncoders
import Tensors

/// `cutline model …`: the commands for model folders.
struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model",
    abstract: "List, describe, check, import, export, average and calibrate models.",
    discussion: """
        cutline model list
        cutline model import resnet50-11ad3fa6.pth -o models/resnet50
      """,
    subcommands: [
      ModelListCommand.self, ModelInfoCommand.self, ModelVerifyCommand.self,
      ModelImportCommand.self, ModelExportCommand.self, ModelAverageCommand.self,
      ModelCalibrateCommand.self, ModelQuantizeCommand.self,
    ])
}

/// `cutline model list`: lists the models that can be named without a path.
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
        "no models found. Searched: \(path.folders.joined(separator: ", ")).\n"
          + "Import one: cutline model import FILE -o DIR")
    } else {
      try StandardStream.output.write(table(summaries.map(\.row), under: ModelSummary.columns))
    }
  }
}

/// `cutline model info NAME`: prints the parts and sizes of a model.
struct ModelInfoCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Show the parts and sizes of a model, and whether its checksums agree.")

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

/// `cutline model verify NAME`: checks that a model is complete and usable.
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

/// `cutline model import FILE -o DIR`: converts published encoder weights to a model folder.
struct ModelImportCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Convert published encoder weights to a model folder.",
    discussion: """
      FILE is a .pth file of PyTorch or a safetensors file, with the names of torchvision, timm, Hugging Face's \
      transformers or efficientnet_pytorch. The encoder is recognized by its tensors. Nothing in a .pth file is \
      run: one that contains more than weights is refused.

      A config.json of timm or a preprocessor_config.json of transformers beside FILE says how pictures are \
      prepared. Without one, torchvision's names decide; its second weights (IMAGENET1K_V2, or DEFAULT) were \
      evaluated at another picture size than its first: choose --preprocessing v2 or v1.
      """)

  @Argument(
    help: "A file of weights: .pth, .pt or .safetensors.",
    completion: .file(extensions: ["pth", "pt", "bin", "safetensors"]))
  var file: String
  @Option(
    help: ArgumentHelp(
      "The architecture of the encoder (default: recognized): \(EncoderArchitecture.nameList).",
      valueName: "name"),
    completion: .list(EncoderArchitecture.all.map(\.name)), transform: EncoderArchitecture.named)
  var encoder: EncoderArchitecture?
  @Option(name: .shortAndLong, help: "The folder to write.", completion: .directory)
  var output: String
  @Option(
    help: "The zero padding of convolutions; 'same' is TensorFlow's (default: as the names tell).")
  var padding: PaddingStyle?
  @Option(
    help: ArgumentHelp(
      "The preprocessing of pictures: v1 or v2 of torchvision's weights, torchvision (v1), tf or squash.",
      discussion: "By default as a file beside the weights or their name says, else v1."))
  var preprocessing: EncoderImport.Preprocessing?
  @Option(
    help: ArgumentHelp(
      "The height and width of pictures for the encoder, in pixels (default: as published).",
      valueName: "n"))
  var size: Int?
  @Option(
    help: ArgumentHelp(
      "The prefix of the encoder's tensor names, such as backbone (default: detected).",
      valueName: "text"))
  var prefix: String?
  @Flag(help: "Keep the classifier, for tags (caption --tags).")
  var classifier = false
  @Option(
    help: ArgumentHelp(
      "With --classifier: a text file that names the classes, one on each line (default: ImageNet's).",
      discussion:
        "Other names and wider terms may follow after commas: airliner, airplane, aircraft.",
      valueName: "file"), completion: .file())
  var classes: String?
  @Option(help: "Storage precision: f32 or bf16.")
  var precision = StoredPrecision.f32
  @Option(help: "The licence of the weights, for config.json.")
  var license: String?
  @Flag(help: "Accept infinities and NaN.")
  var allowNonfinite = false
  @Flag(help: "Replace the model if it exists.")
  var force = false
  @OptionGroup(title: "Messages") var talk: MessageOptions

  func validate() throws {
    if classes != nil, !classifier {
      throw ValidationError(
        "--classes names the classes of a classifier that is kept. Add --classifier.")
    }
    if let size { try check("--size", size, in: 32...4096) }
    guard let encoder, preprocessing == .v2 else { return }
    guard encoder.hasSecondWeights else {
      throw ValidationError(
        "--preprocessing v2: torchvision has no second weights of \(encoder.name). Leave it out."
      )
    }
  }

  func run() throws {
    var work = EncoderImport()
    (work.architecture, work.padding, work.preprocessing) = (encoder, padding, preprocessing)
    work.prefix = prefix
    work.precision = precision.elementType
    work.license = license
    work.allowsNonFinite = allowNonfinite
    work.size = size
    (work.keepsClassifier, work.classes) = (classifier, try namedClasses())
    let cleanup = InterruptionCleanup()
    let report = try work.run(
      file, to: output, replacing: force, reportingWorkingPath: cleanup.add)
    let name = report.architecture.name
    if encoder == nil { talk.messages.note("\(file): is \(name), by \(report.library)'s names") }
    if let beside = report.preprocessingFile {
      talk.messages.note("pictures are prepared as \(beside) says")
    }
    switch report.doubt {
    case nil: break
    case .preprocessing:
      talk.messages.warning(
        "\(file): no file of \(report.library) beside it says how its pictures are prepared. They are prepared as "
          + "for torchvision's \(name): compare with what the publisher states, and see --preprocessing. "
          + "If its name begins with tf_, keep that in the file's name, since it pads in another way."
      )
    case .torchvisionVersion:
      talk.messages.warning(
        "\(file): does not say whether it contains torchvision's first or second weights. Pictures are resized "
          + "to 256 pixels, as for the first; for the second (DEFAULT) import again with --preprocessing v2."
      )
    }
    if !report.prefix.isEmpty {
      let others = report.others.first.map { ", and left out \(report.others.count) such as \($0)" }
      talk.messages.note(
        "\(file): used the tensors with the prefix '\(report.prefix)'\(others ?? "")")
    }
    if let count = report.classCount {
      talk.messages.note(
        "\(file): kept the classifier of \(count) classes, named by \(report.classesFile ?? "ImageNet")"
      )
    }
    if !report.ignored.isEmpty {
      talk.messages.note(
        "\(file): left out the classifier: \(report.ignored.joined(separator: ", "))")
    }
    talk.messages.note(
      "wrote \(output): \(name), \(report.parameterCount) parameters. Train it: "
        + "cutline train DATASET --encoder-model \(output) -o runs/first")
  }

  /// The classes of `--classes`.
  private func namedClasses() throws(Failure) -> EncoderImport.NamedClasses? {
    guard let path = classes else { return nil }
    let text: String
    do throws(FileError) {
      text =
        try MappedFile(path, limit: 1 << 28).withBytes { bytes in
          String(validating: withoutByteOrderMark(bytes), as: UTF8.self)
        } ?? ""
    } catch {
      throw Failure(
        error.description, error.problem == .missing ? .inputMissing : .badData)
    }
    let isText = !text.isEmpty && !text.unicodeScalars.contains { $0.isControl }
    guard isText, let found = PictureClasses(text) else {
      let fault = isText ? "has an empty line" : "is no UTF-8 text, or has control characters"
      throw Failure("\(path): \(fault). Name a class on each line.", .badData)
    }
    return .init(found, path: path)
  }
}

/// `cutline model export NAME -o DIR`: stores a model with another precision.
struct ModelExportCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Store a model with another precision, by default bf16, at half the size.",
    discussion: """
      Training stores models in f32, so that it can continue. For captioning bf16 is as good, at half the size.

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

/// `cutline model average A B … -o DIR`: averages several checkpoints of a training.
struct ModelAverageCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "average", abstract: "Average the weights of several models.",
    discussion: """
      For checkpoints of one training (Izmailov et al., 2018), or of trainings that started from the same \
      model; averages of other models are meaningless. The models must have the same architecture and \
      vocabulary. To combine different models, repeat -m of caption instead.

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
      throw ValidationError("averaging needs more than one model. Name two or more.")
    }
  }

  func run() throws {
    let directories = try models.map { try ModelDirectory(argument: $0) }
    try ModelEnsemble(directories).average(
      to: written.output, precision: written.precision.elementType, replacing: written.force)
    if try directories.contains(where: { try $0.summary().isCalibrated }) {
      talk.messages.note("the mean has no confidence. Calibrate it: cutline model calibrate")
    }
    talk.messages.note(
      "wrote \(written.output), the mean of \(models.count) models, in \(written.advice)")
  }
}

extension ModelDirectory {
  /// Creates the folder of the model that an argument names, by its path or on the search path.
  init(argument name: String) throws(ModelError) {
    try self.init(named: name, searching: ModelSearchPath.current.folders, advice: .argument)
  }
}

extension Unicode.Scalar {
  /// True for control characters but those that end or indent a line.
  fileprivate var isControl: Bool {
    properties.generalCategory == .control && !["\n", "\r", "\t"].contains(self)
  }
}

/// The destination and precision of a model derived from others.
struct WrittenModelOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "The folder to write.", completion: .directory)
  var output: String
  @Option(help: "Storage precision.")
  var precision = StoredPrecision.bf16
  @Flag(help: "Replace the model if it exists.")
  var force = false

  /// The precision, and the command that uses the model.
  var advice: String { "\(precision.rawValue). Use it: cutline caption -m \(output) PHOTO" }
}

enum StoredPrecision: String, ExpressibleByArgument, CaseIterable {
  case f32, bf16

  var elementType: ElementType { self == .f32 ? .float32 : .bfloat16 }
}

extension PaddingStyle: ExpressibleByArgument {}
extension EncoderImport.Preprocessing: ExpressibleByArgument {}
