import ArgumentParser
import Captioning
import Files
import Training

/// `cutline model calibrate MODEL DATASET -o DIR`: fits how sure a captioner is of its captions.
struct ModelCalibrateCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Fit how sure a captioner is of its captions, for confidence and warnings.",
    discussion: """
      DATASET is the one that MODEL was trained on. A caption counts as right if its CIDEr-D is at least the median of \
      the captions that people wrote, each compared with the others of its picture. The confidence is the probability \
      of that: by the likelihood of the caption, fitted to the validation split, and by the distance of the picture \
      from those of the training split. Captions with less than the model's threshold are marked as unsure; the \
      threshold, at least 1 %, leaves about 4 % of the validation pictures below it.

        cutline model calibrate runs/first/best data/flickr8k -o models/first
      """)

  @Argument(help: "A folder, or a name on the search path.", completion: .directory)
  var model: String
  @Argument(
    help: "A folder of images or clips with captions, or a file of captions.",
    completion: .file())
  var dataset: String
  @OptionGroup(title: "Data set") var reading: ReadingOptions
  @Option(name: .shortAndLong, help: "The folder to write.", completion: .directory)
  var output: String
  @Flag(help: "Replace the model if it exists; it may be the same one.")
  var force = false
  @Flag(help: "Skip records and images that cannot be read, and list them.")
  var skipBad = false
  @OptionGroup var threads: ThreadOptions
  @OptionGroup(title: "Messages") var talk: MessageOptions

  func run() throws {
    let progress = talk.makeProgress()
    defer { progress.clear() }
    let stop = StopSignal(reportingTo: progress)
    let directory = try ModelDirectory(argument: model)
    // The folder is needed only at the end, which may be an hour away.
    try ModelDirectory.checkWritable(output, replacing: force)
    var fitting = ConfidenceFitting(dataset)
    fitting.reading = try reading.choices()
    (fitting.skipsBad, fitting.threadCount) = (skipBad, try threads.apply())
    let found: ConfidenceFitting.Outcome
    do {
      found = try fitting.run(
        directory, shouldStop: { stop.number != nil }, report: progress.report)
    } catch is CancellationError {
      stop.end()
    }
    try directory.write(found.confidence, to: output, replacing: force)
    let quality = found.quality
    func percent(_ share: Double) -> String { "\((share * 1000).rounded() / 10) %" }
    progress.say(
      "right: \(found.rightCount) of \(found.pictureCount) captions reach the median of people's, CIDEr-D "
        + "\((found.medianScore * 1000).rounded() / 1000)")
    progress.say(
      "on halves that were not fitted: expected calibration error \((quality.error * 1000).rounded() / 1000), right "
        + "above wrong \(percent(quality.discrimination)), unsure \(percent(quality.unsureShare))")
    progress.say("wrote \(output). Use it: cutline caption -m \(output) PHOTO --json")
  }
}
