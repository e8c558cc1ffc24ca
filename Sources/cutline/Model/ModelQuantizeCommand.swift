import ArgumentParser
import BatchCaptioning
import Captioning
import Datasets
import Evaluation
import Files
import Media
import Training

/// `cutline model quantize MODEL --calibrate DATASET -o DIR`: rounds a model's encoder to whole numbers.
struct ModelQuantizeCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "quantize",
    abstract: "Let a model's encoder compute with 8-bit numbers, two to five times as fast as f32.",
    discussion: """
      Measures with pictures like those that the model will caption how its maps are rounded: a folder of pictures, \
      or a data set, of which the training pictures are taken. Layers that lose too much stay in floating point, and \
      are listed. The weights stay as they are: the new folder has a file more, quantization.json, and works in every \
      precision.

      With a data set that has a validation split, the captions of f32, bf16 and int8 are scored on it. Their scores \
      are kept in the file, and --precision auto then chooses the fastest.

        cutline model quantize models/first --calibrate data/flickr8k -o models/fast
        cutline caption -m models/fast --precision int8 PHOTO
      """)

  @Argument(help: "A folder, or a name on the search path.", completion: .directory)
  var model: String
  @Option(
    help: ArgumentHelp(
      "The pictures to measure with: a folder of pictures, or a data set with captions.",
      valueName: "path"), completion: .file())
  var calibrate: String
  @Option(
    help: ArgumentHelp(
      "The largest number of pictures to measure with, taken evenly from all.", valueName: "n"))
  var pictures = 256
  @OptionGroup(title: "Data set") var reading: ReadingOptions
  @Option(
    help: ArgumentHelp(
      "A layer stays in floating point if rounding it alone changes the features by more than this share.",
      valueName: "share"))
  var tolerance: Float = 0.1
  @Flag(help: "Do not score the captions in each precision.")
  var noScores = false
  @Option(name: .shortAndLong, help: "The folder to write.", completion: .directory)
  var output: String
  @Flag(help: "Replace the model if it exists; it may be the same one.")
  var force = false
  @OptionGroup var threads: ThreadOptions
  @OptionGroup(title: "Messages") var talk: MessageOptions

  func validate() throws {
    try check("--pictures", pictures, in: 2...100_000)
    guard (0...1).contains(tolerance) else {
      throw ValidationError("--tolerance must be from 0 to 1, not \(tolerance).")
    }
  }

  func run() throws {
    let progress = talk.makeProgress()
    defer { progress.clear() }
    let stop = StopSignal(reportingTo: progress)
    let directory = try ModelDirectory(argument: model)
    try ModelDirectory.checkWritable(output, replacing: force)
    let threadCount = try threads.apply()
    let source = try CalibrationSource(
      calibrate, try reading.choices(), threadCount: threadCount, progress)
    var quantizing = EncoderQuantizing(
      try source.examples(atMost: pictures), named: calibrate)
    (quantizing.threadCount, quantizing.tolerance) = (threadCount, tolerance)
    let found: EncoderQuantizing.Outcome
    do {
      found = try quantizing.run(
        directory, shouldStop: { stop.number != nil }, report: progress.report)
    } catch is CancellationError {
      stop.end()
    }
    report(found, progress)
    try directory.write(found.quantization, to: output, replacing: force)
    if !noScores, let validation = try source.validation() {
      // The folder is there in any case; the scores are added to it.
      let written = ModelDirectory(output)
      var quantization = found.quantization
      quantization.measurements = try measurements(of: written, on: validation, source, progress)
      try written.write(quantization, to: output, replacing: true)
    }
    progress.say("wrote \(output). Use it: cutline caption -m \(output) --precision int8 PHOTO")
  }

  private func report(_ found: EncoderQuantizing.Outcome, _ progress: Progress) {
    let quantization = found.quantization.quantization
    let count = quantization.layers.count - quantization.kept.count
    progress.say(
      "\(count) of \(quantization.layers.count) convolutions are quantized, by \(found.quantization.pictureCount) "
        + "pictures; the features change by \(percent(found.error))")
    for (name, error) in found.errors.prefix(3) where !quantization.kept.contains(name) {
      progress.report(.message(.remark("\(name) alone changes them by \(percent(error))", .info)))
    }
    for (name, error) in found.errors where quantization.kept.contains(name) {
      progress.say("\(name) stays in floating point: rounded, it changes them by \(percent(error))")
    }
  }

  private func percent(_ share: Float) -> String { "\((share * 1000).rounded() / 10) %" }

  /// Scores the captions of a data set's validation split in each precision that the processor has.
  private func measurements(
    of directory: ModelDirectory, on pictures: CaptionsToScore.Pictures,
    _ source: CalibrationSource, _ progress: Progress
  ) throws -> [ModelQuantization.Measurement] {
    var measurements: [ModelQuantization.Measurement] = []
    var first: [String] = []
    for precision in [EncoderPrecision.float32, .bfloat16, .int8] {
      let models = ModelEnsemble([directory])
      do throws(ModelError) {
        _ = try models.resolved(precision)
      } catch {
        // Only bfloat16 is what a processor may lack.
        guard precision == .bfloat16 else { throw error }
        progress.say("bf16 is not scored. \(error)")
        continue
      }
      let captioner = Captioner(try CaptionEnsemble(loading: models, precision: precision))
      let scored = ScoredModel(captioner: captioner, name: directory.name)
      let captions = try source.reader.captions(by: scored, of: pictures)
      var choices = Evaluation.Choices()
      choices.metrics = [.cider, .bleu]
      choices.threadCount = source.threadCount
      let evaluation = try Evaluation(of: captions, choices)
      func score(_ key: String) throws(Failure) -> Double {
        guard let column = evaluation.columns.first(where: { $0.key == key }) else {
          throw Failure("\(key) was not computed. Please report this.", .bug)
        }
        return column.corpus
      }
      let texts = captions.pictures.map { $0.captions[0] }
      if precision == .float32 { first = texts }
      let sameCount = zip(texts, first).count { $0 == $1 }
      let measurement = ModelQuantization.Measurement(
        precision, cider: try score("CIDEr"), bleu4: try score("Bleu_4"),
        sameShare: Double(sameCount) / Double(texts.count), pictureCount: texts.count)
      measurements.append(measurement)
      progress.say(
        "\(precision.rawValue): CIDEr \(thousandths(measurement.cider)), BLEU-4 \(thousandths(measurement.bleu4))"
          + (precision == .float32
            ? "" : ", \(percent(Float(measurement.sameShare))) of the captions as in f32"))
    }
    return measurements
  }

  private func thousandths(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}

/// The pictures that an encoder is calibrated with.
private struct CalibrationSource {
  let reader: CaptionsToScore
  let threadCount: Int
  private let path: String
  /// The splits of a data set; nil for pictures without captions.
  private let contents: CaptionContents?

  init(
    _ path: String, _ choices: ReadingChoices, threadCount: Int, _ progress: Progress
  ) throws {
    (self.path, self.threadCount) = (path, threadCount)
    var reader = CaptionsToScore(reading: choices, threadCount: threadCount, progress: progress)
    reader.isQuiet = true
    self.reader = reader
    guard FileStatus(path) != nil else {
      throw Failure("\(path): there is no such file or folder.", .inputMissing)
    }
    do throws(DatasetError) {
      _ = try CaptionCollection(at: path, choices)
    } catch {
      progress.say("its pictures are used without captions, and nothing is scored: \(error)")
      contents = nil
      return
    }
    var reading = DatasetReading(path)
    (reading.choices, reading.say) = (choices, { progress.report(.message($0)) })
    let found = try reading.read([.train, .validation]).contents
    if found[.train] == nil, let other = found.datasets.first {
      progress.say(
        "\(path): has no training split, so the pictures of \(other.split.rawValue) are used")
    }
    contents = found
  }

  /// Returns some of the pictures, evenly from all.
  func examples(atMost limit: Int) throws -> [TrainingExample] {
    let all =
      if let contents {
        TrainingExample.uncaptioned(
          (contents[.train] ?? contents.datasets.first)?.examples ?? [])
      } else {
        try pictures()
      }
    guard all.count > 1 else {
      throw Failure(
        "\(path): has \(all.isEmpty ? "no pictures" : "one picture only"). Name a folder of some hundred pictures "
          + "like those that the model will caption.", .badData)
    }
    let count = min(limit, all.count)
    return (0..<count).map { all[$0 * all.count / count] }
  }

  private func pictures() throws -> [TrainingExample] {
    var walk = InputWalk(BatchInputs([.path(path)], isRecursive: true))
    var found: [TrainingExample] = []
    while let input = try walk.next() {
      found.append(
        TrainingExample(
          number: found.count, source: try input.source.get(),
          kind: MediaKind(fileName: input.name) == .video ? .clip : .picture, captions: [],
          canBeMirrored: false))
    }
    return found
  }

  /// Returns the pictures of the validation split; nil if there is none.
  func validation() throws -> CaptionsToScore.Pictures? {
    guard contents?[.validation] != nil else { return nil }
    var reader = reader
    reader.split = .validation
    return try reader.pictures(of: path)
  }
}
