import ArgumentParser
import BatchCaptioning
import Captioning
import Files
import Media
import Tensors

/// `cutline features FILE… -o OUT.safetensors`: writes the encoder's features of pictures.
struct FeaturesCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "features", abstract: "Write the encoder features of pictures.",
    discussion: """
      The file holds one float32 tensor with a row for each picture that could be read, in the \
      order given. Its metadata lists the file names.

        cutline features *.jpg -m models/mobilenet -o features.safetensors
      """)

  @OptionGroup var pictures: PictureOptions
  @OptionGroup var model: ModelOptions
  @Option(name: .shortAndLong, help: "The safetensors file to write.", completion: .file())
  var output: String
  @Flag(help: "One vector per picture, [N, F] (default), or the whole feature map, [N, h, w, C].")
  var kind = FeatureJob.Kind.pooled
  @Flag(help: "Replace the output file if it exists.")
  var force = false
  @OptionGroup var threads: ThreadOptions
  @OptionGroup(title: "Messages") var talk: MessageOptions

  func validate() throws {
    // The names are stored in the file's header, which is limited to 8 MB.
    let byteCount = pictures.files.reduce(0) { $0 + 2 * $1.utf8.count + 8 }
    guard byteCount < 8 << 20 else {
      throw ValidationError(
        "the names of \(pictures.files.count) files are too long for one output file. Split them over "
          + "several outputs.")
    }
  }

  func run() throws {
    let messages = talk.messages
    try pictures.protect(from: output)
    let cleanup = InterruptionCleanup()
    let threadCount = try threads.apply()
    let directory = try model.directory()
    let job = try FeatureJob(loading: directory, kind, pictures.limits, threadCount: threadCount)
    var file = try FeatureFile(
      output, kind, candidates: pictures.files, by: directory, overwriting: force)
    var tally = Tally()
    var shape: Shape = []
    let progress = talk.makeProgress()
    let seen = CountProgress(progress, "pictures", of: pictures.files.count)
    var seenCount = 0
    try job.run(pictures.sources) { batch in
      progress.clear()
      seenCount += batch.pictures.count
      defer { seen.report(seenCount) }
      for (name, outcome) in batch.pictures {
        messages.report(outcome, of: name)
        tally.count(outcome)
      }
      guard let rows = batch.rows else { return }
      shape = Array(rows.shape.dropFirst())
      try file.append(rows, of: batch.pictures.filter { $0.outcome.isSuccess }.map(\.name))
      if let path = file.workingPath { cleanup.add(path) }
    }
    seen.finish(seenCount)
    if file.rowCount > 0 {
      let what = "'\(kind.rawValue)' \([file.rowCount] + shape)"
      try file.commit()
      messages.note(
        "wrote \(output): \(what). Load it: safetensors.numpy.load_file(\"\(output)\")")
    }
    try tally.finish()
  }
}

extension FeatureJob.Kind: EnumerableFlag {}

extension Result {
  fileprivate var isSuccess: Bool {
    if case .success = self { true } else { false }
  }
}
