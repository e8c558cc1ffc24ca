import ArgumentParser
import Captioning
import Datasets
import Files
import Media
import Reports
import Synthesis
import Training

/// `cutline dataset synthesize crops --from DIR -o OUT` generates clips from captioned pictures.
struct SynthesizeCropsCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "crops",
    abstract: "Generate clips of a camera that moves over captioned pictures.",
    discussion: """
      The camera pans left, right, up or down, or zooms in or out. Each clip comes with its reverse and \
      has all captions of its picture, with the camera motion: "the camera pans left while a dog runs". \
      Only the order of the frames distinguishes the two. train becomes train, val becomes val, and test is \
      not used. The clips inherit the licence of the pictures.

        cutline dataset synthesize crops --from data/flickr8k -o data/crops
        cutline dataset check data/crops
      """)

  @Option(
    help: ArgumentHelp(
      "Source of the pictures: a folder with captions and pictures, or a file of captions.",
      valueName: "dir"), completion: .file())
  var from: String
  @OptionGroup var choices: ReadingOptions
  @OptionGroup var synthesis: SynthesisOptions
  @Option(help: ArgumentHelp("Clips per picture, not counting their reverses.", valueName: "n"))
  var clipsPerPicture = 1
  @Option(
    help: ArgumentHelp("Use only the first n training pictures (default: all).", valueName: "n"))
  var trainPictures: Int?
  @Option(
    help: ArgumentHelp("Use only the first n validation pictures (default: all).", valueName: "n"))
  var valPictures: Int?
  @Option(help: ArgumentHelp("Width and height, in pixels.", valueName: "n"))
  var size = 224
  @Option(
    help: ArgumentHelp(
      "Frames per clip, at \(CropsCollection.framesPerSecond) frames per second.", valueName: "n"))
  var frames = 12
  @Flag(help: "Leave out records and pictures that cannot be read, and report them.")
  var skipBad = false
  @OptionGroup var threads: ThreadOptions
  @OptionGroup(title: "Messages") var talk: MessageOptions

  func validate() throws {
    try check("--clips-per-picture", clipsPerPicture, in: 1...1000)
    if let trainPictures { try check("--train-pictures", trainPictures, in: 0...10_000_000) }
    if let valPictures { try check("--val-pictures", valPictures, in: 0...10_000_000) }
    try check("--size", size, in: 32...1024)
    try check("--frames", frames, in: 2...1000)
  }

  func run() throws {
    let progress = talk.makeProgress()
    defer { progress.clear() }
    let stop = StopSignal(reportingTo: progress, after: "picture")
    let output = synthesis.output
    guard !isSameFile(from, output) else {
      throw Failure(
        "\(output): contains the source pictures, which would be lost. Choose another name.",
        .cannotCreate)
    }
    var reading = DatasetReading(from)
    reading.badRecords = skipBad ? .leaveOut : .stop
    reading.say = talk.messages.say
    reading.choices = try choices.choices()
    let splits: [CaptionDataset.Split] = [.train, .validation]
    let (found, contents) = try reading.read(splits)
    reading.report(try found.passedOver(reading: contents, of: splits))
    if contents[.train] == nil { _ = try found.read(.train) }
    let crops = collection(of: contents)

    var writing = CropsCollection.Writing()
    writing.isReplacing = synthesis.force
    writing.badPictures = reading.badRecords
    writing.threadCount = try threads.apply()
    let start = ContinuousClock.now
    writing.report = { count in
      progress.show {
        ProgressReport(
          pictureCount: count, of: crops.pictureCount,
          seconds: start.duration(to: .now).milliseconds / 1000)
      }
      return stop.number == nil
    }
    let written = try adviceOnPictures { try crops.write(to: output, from: from, writing) }
    guard let written else { stop.end() }
    progress.clear()
    reading.report(
      contents.leftOut.filter { $0.problem != .blankCaption }
        + written.leftOut.map(DatasetError.badPicture))
    talk.messages.note(
      "wrote \(output): \((written.clipCounts[.train] ?? 0).grouped) training clips, "
        + "\((written.clipCounts[.validation] ?? 0).grouped) validation clips. "
        + "Check them: cutline dataset check \(output)")
  }

  private func collection(of contents: CaptionContents) -> CropsCollection {
    var limits: [CaptionDataset.Split: Int] = [:]
    (limits[.train], limits[.validation]) = (trainPictures, valPictures)
    var crops = CropsCollection(of: contents.datasets, limits: limits)
    (crops.pairsPerPicture, crops.size) = (clipsPerPicture, size)
    (crops.frameCount, crops.seed) = (frames, synthesis.seed)
    return crops
  }

  private func adviceOnPictures<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as MediaError {
      throw Failure(
        "\(error)\nAdd --skip-bad to leave out such pictures.", Failure(error)?.status ?? .badData)
    }
  }
}

extension ProgressReport {
  /// Creates the report after clips were made of `count` pictures.
  fileprivate init(pictureCount count: Int, of total: Int, seconds: Double) {
    let eta = count > 0 && seconds > 1 ? Double(total - count) * seconds / Double(count) : nil
    let words = [
      "\(count.grouped)/\(total.grouped) pictures", eta.map { "ETA \(clockText($0))" },
    ].compactMap(\.self)
    self.init(
      head: "clips", share: Double(count) / Double(max(total, 1)), short: words, long: words,
      json: [
        "event": "clips", "done": .number(Double(count)), "total": .number(Double(total)),
      ])
  }
}
