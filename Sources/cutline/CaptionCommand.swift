import ArgumentParser
import Captioning
import Files
import Media
import Tensors
import Workers

/// `cutline caption FILE…`, or just `cutline FILE…`: prints a sentence about each picture or clip.
struct CaptionCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "caption", abstract: "Caption pictures and clips and print what is in them.",
    discussion: """
      One file gives a line with its caption; several files, or several captions per file, give \
      lines of path<TAB>caption. Failures are told on standard error, and the other files go on.

        cutline photo.jpg
        cutline photo.jpg -k 3 --json
        cutline photo.jpg --attention maps
        cutline clip.mp4 --every 4 -o clip.srt
        curl -s https://example.org/x.jpg | cutline -
      """)

  @OptionGroup var pictures: PictureOptions
  @OptionGroup var model: EnsembleOptions
  @OptionGroup(title: "Results") var results: ResultOptions
  @OptionGroup(title: "Heat maps") var heatMaps: HeatMapOptions
  @OptionGroup(title: "Clips") var clips: ClipOptions
  @OptionGroup(title: "Search") var search: SearchOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var precision: PrecisionOptions
  @OptionGroup(title: "Messages") var talk: MessageOptions

  func run() throws {
    let messages = talk.messages
    try pictures.protect(from: results.path)
    try results.check(pictures)
    var output = try ResultOutput(results.path, overwriting: results.force)
    var maps = try heatMaps.output(for: pictures, results, output.cleanup)
    let threadCount = try threads.apply()
    let models = try model.models()
    let start = ContinuousClock.now
    // The other core is hashing the model's files.
    Device.setThreadCount(1)
    var captioner = try Captioner(loading: models.directories)
    Device.setThreadCount(threadCount)
    captioner.search = try search.search(
      for: captioner.configuration, captioner.vocabulary, captionCount: results.captions)
    captioner.memberWeights = models.weights
    captioner.precision = precision.precision.elementType
    let loading = start.duration(to: .now).milliseconds
    messages.detail("\(models.paths): loaded in \(tenths(loading)) ms, \(threadCount) threads")

    var formatter = ResultFormatter(
      results.chosenFormat,
      ResultHead(
        model: models.name, digest: models.weightsDigest(),
        settings: model.settings(precision.settings(captioner.search, captioner.vocabulary)),
        clipSettings: clips.sampling(for: captioner.configuration).json),
      fileCount: pictures.files.count, captionCount: results.captions, endsWithNull: results.null)
    var tally = Tally()
    let workerCount = min(threadCount, pictures.clipCount)
    if workerCount > 1 {
      // Each clip takes one thread. A single one is done before processes that decode have started.
      let job = CaptionJob(
        captioner, captionCount: results.captions, try pool(for: captioner, workerCount))
      try run(job, captioner, messages, &formatter, &tally, &output, &maps)
    } else {
      let job = CaptionJob(
        captioner, captionCount: results.captions, localDecoder(for: captioner, threadCount))
      try run(job, captioner, messages, &formatter, &tally, &output, &maps)
    }
    try output.write(Array(formatter.ending.utf8))
    try output.finish()
    try tally.finish()
  }

  private func run<Decoder: MediaDecoder & ~Copyable>(
    _ job: consuming CaptionJob<Decoder>, _ captioner: Captioner, _ messages: Messages,
    _ formatter: inout ResultFormatter, _ tally: inout Tally, _ output: inout ResultOutput,
    _ maps: inout HeatMapOutput?
  ) throws {
    var job = job
    var waiting = (maps?.files ?? pictures.numberedFiles).makeIterator()
    let progress = talk.makeProgress()
    let captioned = CountProgress(progress, "captions", of: pictures.files.count)
    var count = 0
    try job.run(next: { waiting.next() }) { result in
      progress.clear()
      count += 1
      defer { if showsProgress { captioned.report(count) } }
      messages.report(result)
      tally.count(result.outcome)
      try output.write(formatter.bytes(for: result))
      try maps?.draw(result, by: captioner)
    }
    if showsProgress { captioned.finish(count) }
  }

  /// Whether there is enough to do, and nothing to see of it: captions on a terminal are progress enough.
  private var showsProgress: Bool {
    pictures.files.count > 1
      && (talk.progress != .auto || results.path != nil || !StandardStream.output.isTerminal)
  }

  private func localDecoder(for captioner: Captioner, _ threadCount: Int) -> LocalDecoder {
    let preprocessing = captioner.preprocessing
    return LocalDecoder(
      PictureReader(for: preprocessing, pictures.limits, threadCount: threadCount),
      ClipReader(
        for: preprocessing, clips.sampling(for: captioner.configuration),
        clips.limits(like: pictures.limits)),
      capacity: captionBatchSize)
  }

  private func pool(
    for captioner: Captioner, _ workerCount: Int
  ) throws(WorkerError) -> DecodingPool {
    try DecodingPool(
      for: captioner.preprocessing, pictures.limits,
      DecodingPool.Settings(workerCount: workerCount),
      clips.sampling(for: captioner.configuration), clips.limits(like: pictures.limits))
  }
}

/// How results look and where they go.
struct ResultOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "text, tsv, json, jsonl, srt or vtt (default: text).")
  var format: ResultFormat?
  @Flag(help: "The same as --format json.")
  var json = false
  @Option(
    name: .shortAndLong,
    help: "Write to a file, whose extension picks the format; - is standard output.",
    completion: .file())
  var output = "-"
  @Flag(help: "Replace the output file if it exists.")
  var force = false
  @Option(
    name: [.customShort("k"), .long],
    help: ArgumentHelp("Captions per picture.", valueName: "n"))
  var captions = 1
  @Flag(
    name: [.customShort("0"), .long],
    help: "End lines of text with NUL, and leave paths as they are.")
  var null = false

  /// Throws if the files do not fit the form.
  func check(_ pictures: PictureOptions) throws {
    let format = chosenFormat
    guard format == .srt || format == .vtt else { return }
    guard pictures.files.count == 1 else {
      throw ValidationError("\(format.rawValue) holds the captions of one clip. Name one.")
    }
    let (name, source) = pictures.sources[0]
    // What cannot be opened, or comes down a pipe, is told of later.
    if case .file = source, source.isPictureFile, (try? source.firstBytes(1)) != nil {
      throw Failure(
        "\(name): is no clip, and has no times for \(format.rawValue). Choose another --format.",
        .badData)
    }
  }

  var path: String? { output == "-" ? nil : output }

  var chosenFormat: ResultFormat {
    format ?? (json ? .json : path.flatMap { ResultFormat(forFileName: $0) } ?? .text)
  }

  func validate() throws {
    guard (1...100).contains(captions) else {
      throw ValidationError("--captions must be from 1 to 100, not \(captions).")
    }
    if json, let format, format != .json {
      throw ValidationError("--json and --format \(format.rawValue) contradict each other.")
    }
    if let path, format == nil, !json, ResultFormat(forFileName: path) == nil {
      throw ValidationError(
        "'\(path)' does not tell the format by its extension (.txt .tsv .json .jsonl .srt .vtt). Add --format."
      )
    }
  }
}

extension ResultFormat: ExpressibleByArgument {}
