import ArgumentParser
import Captioning
import Files
import ImageEncoders
import Layers
import Media
import Tensors
import Text

/// `cutline bench`: measures the speed of captioning on this machine.
struct BenchCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure the speed of captioning on this machine.",
    discussion: """
      Times a model, or with --encoder a network with random weights, on pictures of noise. Prints \
      medians, without the first runs, which are slower.

        cutline bench
        cutline bench --encoder resnet50 --precision bf16 --batch-size 32
        cutline bench --train --sampling 0.25
        cutline bench --search --attention
        cutline bench --captions captions.txt
      """)

  @OptionGroup var model: ModelOptions
  @Option(
    help: ArgumentHelp(
      "Time an encoder by its name instead of a model.", valueName: "name"),
    completion: .list(EncoderArchitecture.all.map(\.name)), transform: EncoderArchitecture.named)
  var encoder: EncoderArchitecture?
  @Flag(
    help: ArgumentHelp(
      "Time training steps of an LSTM captioner with 512 units and 10,000 words.",
      discussion:
        "On 2048 features per picture; with --encoder on pictures, fine-tuning the encoder."))
  var train = false
  @Flag(
    help: ArgumentHelp(
      "Time beam search for captions of 20 words: beam width 3, 512 units, 10,000 words.",
      discussion: "On 2048 features per picture."))
  var search = false
  @Flag(
    help: """
      With --train or --search, a captioner with attention: on 49 positions of 1280 features, or on 196 \
      of 2048.
      """)
  var attention = false
  @Option(
    help: ArgumentHelp(
      "With --train, the decoder (see cutline train).",
      discussion: "s2vt and temporal-attention read clips of 40 frames of 1280 features.",
      valueName: "name"), transform: DecoderArgument.init)
  var decoder: DecoderArgument?
  @Option(
    help: ArgumentHelp(
      "Time the English tokenizer of eval and train, on one core, with the lines of a file.",
      valueName: "file"), completion: .file())
  var captions: String?
  @Option(
    help: ArgumentHelp("With --train, the scheduled sampling rate.", valueName: "rate"))
  var sampling = 0.0
  @Option(help: "Precision of an encoder (default: f32; with --train: the faster one).")
  var precision: EncoderPrecision?
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Pictures per batch (default: 1 and 32).", valueName: "n"))
  var batchSize: [Int] = []
  @Option(help: ArgumentHelp("Duration of each measurement, in seconds.", valueName: "s"))
  var seconds = 3.0
  @Flag(help: "Print JSON.")
  var json = false
  @OptionGroup var threads: ThreadOptions
  @OptionGroup(title: "Messages") var talk: MessageOptions

  func validate() throws {
    guard batchSize.allSatisfy({ (1...1024).contains($0) }) else {
      throw ValidationError("--batch-size must be from 1 to 1024.")
    }
    guard (0.01...3600).contains(seconds) else {
      throw ValidationError("--seconds must be from 0.01 to 3600, not \(seconds).")
    }
    if encoder != nil, model.model != nil {
      throw ValidationError("--encoder times a network without a model. Leave out --model.")
    }
    guard decoder == nil || (train && !attention) else {
      throw ValidationError(
        "--decoder needs --train, and cannot be used with --attention, which it implies.")
    }
    guard !attention || train || search else {
      throw ValidationError("--attention needs --train or --search.")
    }
    guard !search || (!train && encoder == nil && model.model == nil) else {
      throw ValidationError(
        "--search times a network of its own. Leave out --train, --encoder and --model.")
    }
    guard captions == nil || !(train || search || encoder != nil || model.model != nil) else {
      throw ValidationError(
        "--captions times the tokenizer alone. Leave out --train, --search, --encoder and --model.")
    }
    guard (0...1).contains(sampling), sampling == 0 || train else {
      throw ValidationError("--sampling must be from 0 to 1, and needs --train.")
    }
    if precision == .automatic || train && precision == .int8 {
      throw ValidationError("--precision must be f32\(train ? " or bf16" : ", bf16 or int8").")
    }
    if encoder == nil, precision != nil, !train {
      throw ValidationError(
        "--precision is for --encoder or --train. A model uses its own precision.")
    }
  }

  func run() throws {
    let threadCount = try threads.apply()
    if let captions {
      let report = try timingsOfTokenizer(captions)
      return try StandardStream.output.write(json ? report.json.prettyText + "\n" : report.text)
    }
    try precision?.elementType.requireMultiplying()
    var report =
      try train
      ? timingsOfTraining()
      : search ? timingsOfSearch() : encoder.map(timings(of:)) ?? timingsOfModel()
    report.threadCount = threadCount
    try StandardStream.output.write(json ? report.json.prettyText + "\n" : report.text)
  }

  private func timingsOfTraining() -> BenchReport {
    let type = precision?.elementType ?? (Device.multipliesBfloat16Fast ? .bfloat16 : .float32)
    let decoder = decoder ?? DecoderArgument(attention ? .showAttendTell : .showAndTell)
    let configuration = DecoderConfiguration(decoder.choice, cell: Configured(.lstm))
    let name = [encoder?.name, decoder.name, "LSTM 512"].compactMap { $0 }
      .joined(separator: ", ")
    var report = BenchReport(
      subject: "training \(name), \(type)\(sampling > 0 ? ", sampling \(sampling)" : "")")
    let usual = encoder != nil ? 16 : configuration.featureKind.usualBatchSize
    for count in batchSize.isEmpty ? [usual] : batchSize {
      var bench = TrainingBench(
        encoder, configuration, captionCount: count, precision: type, samplingRate: sampling)
      report.add("step", count, medianDuration { bench.step() })
    }
    return report
  }

  private func timingsOfSearch() -> BenchReport {
    var report = BenchReport(subject: "beam width 3, LSTM 512\(attention ? " with attention" : "")")
    for count in batchSize.isEmpty ? [1, 64] : batchSize {
      let bench = SearchBench(hasAttention: attention, pictureCount: count)
      report.add("search", count, medianDuration(bench.search))
    }
    return report
  }

  /// Measures the tokenizer on all lines of a file, one after the other.
  private func timingsOfTokenizer(_ path: String) throws -> BenchReport {
    let text = try MappedFile(path).withBytes { String(decoding: $0, as: UTF8.self) }
    let captions = text.split(separator: "\n").map(String.init)
    guard !captions.isEmpty else { throw Failure("\(path): has no lines of captions.", .badData) }
    guard !text.hasPrefix("{"), !text.hasPrefix("[") else {
      throw Failure("\(path): is JSON. Name a text with a caption in each line.", .badData)
    }
    let tokenizer = CaptionTokenizer()
    var wordCount = 0
    var report = BenchReport(subject: "tokenizer, \(captions.count.grouped) captions")
    let time = medianDuration {
      for caption in captions { wordCount += tokenizer.words(of: caption).count }
    }
    report.add("words", captions.count, time, unit: "captions/s")
    return report
  }

  private var batchSizes: [Int] { batchSize.isEmpty ? [1, 32] : batchSize }

  /// Measures an encoder alone, with folded norms, as in use.
  private func timings(of architecture: EncoderArchitecture) -> BenchReport {
    let precision = precision ?? .float32
    var random = SeededGenerator(seed: 1)
    var drawn = architecture.makeEncoder()
    drawn.initialize(using: &random)
    let size = architecture.publishedPreprocessing.size
    func pixels(_ count: Int) -> Tensor {
      Tensor(
        (0..<count * size * size * 3).map { _ in 2 * random.uniform() - 1 },
        shape: [count, size, size, 3])
    }
    let (encoder, type) =
      precision == .int8
      ? drawn.quantized(pixels(4))
      : (drawn.foldingNorms().converted(to: precision.elementType), precision.elementType)
    var report = BenchReport(subject: "\(architecture.name), \(precision.rawValue)")
    for count in batchSizes {
      let pixels = pixels(count).converted(to: type)
      report.add("encode", count, medianDuration { _ = encoder.featuresByPicture(pixels, .pooled) })
    }
    return report
  }

  /// Measures the stages of a model on decoded pictures.
  private func timingsOfModel() throws -> BenchReport {
    let directory = try model.directory()
    let captioner = Captioner(try CaptionEnsemble(loading: ModelEnsemble([directory])))
    try captioner.ensemble.finishVerification()
    let size = captioner.ensemble.preprocessing.size
    var random = SeededGenerator(seed: 1)
    var report = BenchReport(subject: directory.name)
    for count in batchSizes {
      let images = (0..<count).map { _ in
        Image(
          width: size, height: size,
          pixels: (0..<size * size * 3).map { _ in UInt8(random.uniform() * 255) })
      }
      let features = captioner.features(of: images)
      report.add("encode", count, medianDuration { _ = captioner.features(of: images) })
      report.add("search", count, medianDuration { _ = captioner.captions(from: features) })
      report.add(
        "both", count,
        medianDuration { _ = captioner.captions(from: captioner.features(of: images)) })
    }
    return report
  }

  /// Returns the median over as many runs as fit into the time, but at least three; the first two
  /// are not counted.
  private func medianDuration(_ body: () -> Void) -> (median: Duration, count: Int) {
    for _ in 0..<2 { body() }
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    var durations: [Duration] = []
    repeat { durations.append(clock.measure(body)) } while durations.count < 3 || clock.now < end
    return (durations.sorted()[durations.count / 2], durations.count)
  }
}

extension ImageEncoder {
  /// Returns the encoder in whole numbers, calibrated on some pictures, and the type of pictures that it reads.
  fileprivate func quantized(_ pixels: Tensor) -> (any ImageEncoder, ElementType) {
    let quantization = calibrate { _ = $0(pixels) }
    return (quantized(by: quantization), quantization.inputType(of: self) ?? .float32)
  }
}

extension FeatureKind {
  /// The usual batch size in training.
  fileprivate var usualBatchSize: Int {
    switch self {
    case .pooled: 128
    case .positions: 64
    case .frames: 32
    }
  }
}
