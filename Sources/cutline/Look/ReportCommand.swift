import ArgumentParser
import BatchCaptioning
import Captioning
import Datasets
import Evaluation
import Files
import Media
import Reports
import Text

/// `cutline report RUN|RESULTS -o FILE.html`: writes a page about a training or about captions.
struct ReportCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Write a page about a training run, or about captions.",
    discussion: """
      The page is one file that needs no network. Of a training run it has curves, scores, settings and samples of the \
      best validation; the run's folder has it as report.html, too. Of captions, in any form that cutline sheet \
      takes, it has the pictures, doubts and failures, to be sorted and filtered, lengths, and the commonest captions. \
      A page stays below 20 MB: it says so where that leaves pictures out.

        cutline report runs/first -o first.html
        cutline report out -o captions.html
        cutline report results.json --images val2014 -o captions.html
      """)

  @Argument(
    help: ArgumentHelp(
      "The folder of a training run, or captions: a file, or the folder of a batch.",
      valueName: "run|results"), completion: .file())
  var subject: String
  @Option(
    name: .shortAndLong, help: ArgumentHelp("The page to write.", valueName: "file"),
    completion: .file(extensions: ["html"]))
  var output: String
  @OptionGroup var shown: ShownResultOptions
  @OptionGroup var words: TokenizerOptions
  @Option(
    help: ArgumentHelp(
      "The folder that caption --attention wrote for the same files: adds their heat maps.",
      valueName: "dir"), completion: .directory)
  var heatMaps: String?
  @Flag(help: "Replace the page if it exists.")
  var force = false
  @OptionGroup var threads: ThreadOptions
  @OptionGroup(title: "Messages") var talk: MessageOptions

  func run() throws {
    try protect(
      [subject, shown.imageIDs, shown.images, heatMaps].compactMap(\.self), from: [output])
    try checkPage("--output", output)
    _ = try AtomicFile(output, overwriting: force)
    if RunPage.isRun(subject) {
      if let option = shown.firstOption ?? (heatMaps == nil ? nil : "--heat-maps") {
        throw ValidationError("\(option) is for captions, but \(subject) is a run. Leave it out.")
      }
      return try AtomicFile.write(try RunPage(of: subject).html, to: output, overwriting: force)
    }
    if let heatMaps, !isFolder(heatMaps) {
      throw Failure(
        "\(heatMaps): is not a folder (--heat-maps). Check the spelling.", .inputMissing)
    }
    try checkFolder()
    let results = try shown.read(subject, talk.messages)
    var writing = ResultPageWriting(threadCount: try threads.apply(), progress: talk.makeProgress())
    writing.tokenizer = words.chosen
    writing.heatMaps = heatMaps
    let written = try writing.write(
      results, in: shown.pictures(), to: output, overwriting: force)
    written.report(output, talk.messages, wantsHeatMaps: heatMaps)
  }
}

extension ReportCommand {
  /// Throws for a folder of runs, or of a model, whose files are no captions.
  private func checkFolder() throws {
    guard isFolder(subject), !isFile("\(subject)/results.jsonl") else { return }
    if isFile("\(subject)/config.json") {
      throw Failure(
        "\(subject): is a model, not a run and not captions. Name the run or the captions.",
        .badData)
    }
    let run = try namesInFolder(subject).first { RunPage.isRun("\(subject)/\($0)") }
    if let run {
      throw Failure(
        "\(subject): has runs, but is none. Name one, such as \(subject)/\(run).", .badData)
    }
  }
}

/// A page about results that was written.
struct WrittenResultPage {
  /// The facts about what was left out.
  let notes: [String]
  /// The pictures that could not be shown: their number, and the first with the reason.
  let hiddenCount: Int
  let firstHidden: (name: String, reason: String)?
  /// The number of files with heat maps.
  let heatMapCount: Int

  func report(_ path: String, _ messages: Messages, wantsHeatMaps folder: String?) {
    for note in notes { messages.note("\(path): \(note)") }
    if let firstHidden {
      messages.warning(
        "\(path): \(hiddenCount.grouped) \(hiddenCount == 1 ? "picture is" : "pictures are") not shown, such as "
          + "\(firstHidden.name): \(firstHidden.reason)")
    }
    if let folder, heatMapCount == 0 {
      messages.warning(
        "\(path): has no heat maps. \(folder) has none of these files; name the folder of caption --attention."
      )
    }
  }
}

/// Writes a page about results, with small pictures that worker processes read.
struct ResultPageWriting {
  let threadCount: Int
  let progress: Progress
  var tokenizer = CaptionTokenizer()
  /// The folder of heat maps; nil for none.
  var heatMaps: String?

  /// The longer side of a picture, in pixels.
  private static let pictureSize = 160
  /// The number of pictures that are read before those that there is room for are kept.
  private static let groupSize = 256

  /// Writes the page.
  ///
  /// - Parameters:
  ///   - results: The results.
  ///   - pictures: The files of their pictures.
  ///   - path: The page.
  ///   - overwriting: True if it may be replaced.
  /// - Returns: What is on the page, and what is not.
  /// - Throws: `WorkerError` if no picture can be read; `FileError` if the page cannot be written.
  func write(
    _ results: ShownResults, in pictures: ResultPictures, to path: String, overwriting: Bool
  ) throws -> WrittenResultPage {
    let page = ResultPage(title: "Captions of \(results.path)", results, tokenizer: tokenizer)
    let maps = heatMapFolders(of: results)
    var shown = page.noPictures
    var hidden: [(name: String, reason: String)] = []
    var heatMapCount = 0
    let reader = PreviewReader(
      size: Self.pictureSize, frameCount: 1, workerCount: threadCount)
    let counting = CountProgress(progress, "pictures", of: page.shownCount)
    for start in stride(from: 0, to: page.shownCount, by: Self.groupSize) {
      let places = start..<min(start + Self.groupSize, page.shownCount)
      guard !shown.isFull else {
        shown.leaveOut(places.count)
        continue
      }
      let previews = try ShownPart.previews(
        of: Array(page.parts[places]), in: pictures, by: reader)
      for (place, preview) in zip(places, previews) {
        shown.add(Self.element(preview, page.parts[place].row.name), at: place)
        if let folder = maps[page.parts[place].row.name], let map = heatMap(in: folder) {
          shown.add(map, at: place)
          heatMapCount += 1
        }
        if case .failure(let failure) = preview, page.parts[place].row.failure == nil {
          hidden.append((page.parts[place].row.name, failure.reason))
        }
      }
      counting.report(places.upperBound)
    }
    counting.finish(page.shownCount)
    try AtomicFile.write(page.html(shown), to: path, overwriting: overwriting)
    return WrittenResultPage(
      notes: page.notes(shown), hiddenCount: hidden.count, firstHidden: hidden.first,
      heatMapCount: heatMapCount)
  }

  private static func element(_ preview: Result<[Image], PreviewFailure>, _ name: String) -> String
  {
    switch preview {
    case .failure(let failure): ResultPage.missing(failure.reason)
    case .success(let images):
      images.prefix(1).map { imageElement($0, name: name) }.joined()
    }
  }

  // MARK: Heat maps

  /// The folder of each file's heat maps, as `caption --attention` calls them.
  private func heatMapFolders(of results: ShownResults) -> [String: String] {
    guard let heatMaps else { return [:] }
    var names = HeatMapNames()
    return results.rows.reduce(into: [:]) { folders, row in
      let name = row.name == "-" ? "standard-input" : row.name
      folders[row.name] = joinedPath(heatMaps, names.folderName(ofPicture: name))
    }
  }

  private func heatMap(in folder: String) -> String? {
    guard let strip = try? MappedFile("\(folder)/strip.png").withBytes({ Array($0) }) else {
      return nil
    }
    return try? heatMapElement(strip)
  }
}

/// The width of heat maps on a page, in pixels.
private let heatMapWidth = 1000

/// Returns a strip of heat maps as an element that is opened by a click.
///
/// - Parameter png: The strip as `caption --attention` draws it.
/// - Returns: The element.
/// - Throws: `MediaError` if it is no picture.
func heatMapElement(_ png: [UInt8]) throws -> String {
  let strip = try decodeStillImage(.bytes(png, name: "strip.png")).image
  let width = min(strip.width, heatMapWidth)
  let small = strip.resized(toWidth: width, height: max(1, strip.height * width / strip.width))
  return "<details><summary>heat maps</summary>\(imageElement(small, name: "heat maps"))</details>"
}
