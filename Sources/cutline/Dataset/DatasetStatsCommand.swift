import ArgumentParser
import Datasets
import Files
import Reports
import Tensors
import Text
import Training

/// `cutline dataset stats DIR`: prints the size of a collection, and the cost of its batches.
struct DatasetStatsCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats",
    abstract: "Count pictures, captions and words, and the padding of batches.",
    discussion: """
      With --batching: for every order in which batches can be filled (Morishita et al., 2017), the share \
      of padding in what a decoder computes, and the speed-up of an epoch over shuffled batches. Both are \
      for decoders that pad captions; cutline train packs them, and computes no padding in any order. \
      Batches are limited to a number of captions or of words. They consist of single captions, as in \
      training with a frozen encoder, or of pictures with all their captions, as when the encoder is \
      trained too. Frames of clips count like words, as many as --frame-step or --frames select; each clip \
      is opened to count them.
      """)

  @OptionGroup var collection: CollectionOptions
  @Flag(help: "Compare the orders of batches.")
  var batching = false
  @Option(help: "Captions per batch.")
  var batchSize = 64
  @Option(help: "Words per batch (default: as many as --batch-size captions have).")
  var batchWords: Int?
  @Option(help: "Maximum number of words per caption; longer ones are cut.")
  var maxWords = 20
  @OptionGroup var words: TokenizerOptions
  @OptionGroup var frames: TrainingFrameOptions
  @Option(help: "Random seed.")
  var seed: UInt64 = 1
  @Flag(help: "Print JSON.")
  var json = false
  @Option(
    help: ArgumentHelp(
      "Also write a page with histograms: lengths, captions per picture, and how often words occur.",
      valueName: "file"), completion: .file(extensions: ["html"]))
  var html: String?
  @Flag(help: "Replace the page if it exists.")
  var force = false
  @OptionGroup var threads: ThreadOptions
  @OptionGroup(title: "Messages") var talk: MessageOptions

  func validate() throws {
    for (option, value) in [
      ("--batch-size", batchSize), ("--batch-words", batchWords ?? 1), ("--max-words", maxWords),
    ] where value < 1 {
      throw ValidationError("\(option) must be above 0, not \(value).")
    }
  }

  func run() throws {
    var reading = try collection.dataset()
    reading.needsPictures = false
    reading.say = talk.messages.say
    let threadCount = try threads.apply()
    if let html {
      try protect([collection.path], from: [html])
      try checkPage("--html", html)
      _ = try AtomicFile(html, overwriting: force)
    }
    let (found, contents) = try reading.read()
    let statistics = DatasetStatistics(
      contents, threadCount: threadCount, tokenizer: words.chosen)
    let longCount = statistics.surveys.reduce(0) { count, survey in
      count + survey.lengths.joined().count { $0 >= CaptionTokenizer.wordLimit }
    }
    if longCount > 0 {
      talk.messages.warning(
        "\(longCount.grouped) \(longCount == 1 ? "caption is" : "captions are") counted up to "
          + "\(CaptionTokenizer.wordLimit) words only. Find them with cutline dataset check.")
    }
    var rows: [BatchingComparison.Row] = []
    if batching, let lengths = statistics.surveys.first?.lengths {
      rows = BatchingComparison(
        lengths, frameCounts: try frameCounts(of: contents.datasets[0], threadCount: threadCount),
        maximumWords: maxWords, random: SeededRandom(seed)
      ).rows(batchSize: batchSize, batchWords: batchWords)
    }
    if let html {
      try protect(found.files, from: [html])
      let page = DatasetStatsPage(
        title: "Captions of \(found.path)", datasets: contents.datasets,
        surveys: statistics.surveys)
      try AtomicFile.write(page.html, to: html, overwriting: force)
    }
    try StandardStream.output.write(
      json
        ? statistics.json(found, rows).prettyText + "\n"
        : statistics.text + (rows.isEmpty ? "" : "\n" + BatchingComparison.text(rows)))
  }

  /// Returns the number of frames that training reads of each example: 1 for a picture, which is
  /// not opened.
  private func frameCounts(of dataset: CaptionDataset, threadCount: Int) throws -> [Int] {
    let clips = dataset.examples.filter { $0.kind != .picture }
    let opened = CountProgress(talk.makeProgress(), "clips opened", of: clips.count)
    let inspections = PictureInspector(threadCount: threadCount).inspect(clips) { count in
      opened.report(count)
      return true
    }
    opened.finish(inspections.count)
    if let error = inspections.lazy.compactMap(\.error).first {
      throw Failure(
        "\(error)\n--batching counts the frames of clips. Repair the clip, or leave out --batching.",
        Failure(error)?.status ?? .badData)
    }
    let chosen = try frames.choice.frames(maximumWords: maxWords)
    var extents = inspections.makeIterator()
    return dataset.examples.map { example in
      guard example.kind != .picture else { return 1 }
      return extents.next()?.extent?.frameCount(chosen) ?? 1
    }
  }
}

/// The sizes of the splits of a collection.
private struct DatasetStatistics {
  let contents: CaptionContents
  let surveys: [CaptionSurvey]
  static let minimumCounts = [1, 2, 3, 5, 10, 20]

  init(_ contents: CaptionContents, threadCount: Int, tokenizer: CaptionTokenizer) {
    self.contents = contents
    surveys = contents.datasets.map {
      CaptionSurvey($0, threadCount: threadCount, tokenizer: tokenizer)
    }
  }

  var text: String {
    let splits = zip(contents.datasets, surveys).map { dataset, survey in
      let lengths = survey.lengths.joined().sorted()
      let mean = Double(lengths.reduce(0, +)) / Double(max(lengths.count, 1))
      return [
        dataset.split.rawValue, dataset.examples.count.grouped, dataset.captionCount.grouped,
        survey.counts.total.grouped, tenths(mean),
        "\(lengths.isEmpty ? 0 : lengths[lengths.count / 2])",
        "\(lengths.last ?? 0)",
      ]
    }
    let vocabularies = vocabularies.map { count, size, shares in
      ["\(count)", size.grouped] + shares.map(percent)
    }
    return table(
      splits, under: ["SPLIT", "PICTURES", "CAPTIONS", "WORDS", "MEAN", "MEDIAN", "LONGEST"])
      + "\n"
      + table(
        vocabularies,
        under: ["MIN-COUNT", "VOCABULARY"]
          + contents.datasets.map { "<unk> \($0.split.rawValue)" })
  }

  /// The size of the vocabulary, and the share of unknown words in each split, for several minimum
  /// counts.
  private var vocabularies: [(count: Int, size: Int, shares: [Double])] {
    guard let training = surveys.first?.counts else { return [] }
    return Self.minimumCounts.map { count in
      let vocabulary = Vocabulary(training, minimumCount: count)
      return (
        count, vocabulary.count, surveys.map { vocabulary.unknownFraction(of: $0.counts) }
      )
    }
  }

  func json(_ found: CaptionCollection, _ rows: [BatchingComparison.Row]) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("schema", "cutline.dataset-stats/1"), .init("path", .string(found.path)),
      .init("format", .string(found.formatName)),
      .init("files", .array(found.files.map { .string($0) })),
      .init(
        "splits",
        .array(
          zip(contents.datasets, surveys).map { dataset, survey in
            guard case .object(let members) = dataset.json else { return .null }
            return .object(members + [.init("words", .number(Double(survey.counts.total)))])
          })),
      .init(
        "vocabularies",
        .array(
          vocabularies.map { count, size, shares in
            [
              "min_count": .number(Double(count)), "size": .number(Double(size)),
              "unknown": .array(shares.map { .number($0) }),
            ]
          })),
    ]
    if !rows.isEmpty { members.append(.init("batching", .array(rows.map(\.json)))) }
    return .object(members)
  }
}
