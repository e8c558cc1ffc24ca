import Datasets
import Files
import Media
import Reports

/// A collection on its way to a command: found, read, and talked about.
struct DatasetReading {
  let path: String
  var badRecords = BadRecords.stop
  var needsPictures = true
  /// Whether captions are labels, which folders may be called as.
  var isOfLabels = false
  var messages = Messages()
  var choices = ReadingChoices()

  init(_ path: String) { self.path = path }

  init(_ collection: CollectionOptions) throws {
    path = collection.path
    choices = try collection.reading.choices()
  }

  /// Reads the collection, and says what was found.
  func read(
    _ splits: [CaptionDataset.Split] = CaptionDataset.Split.allCases
  ) throws(DatasetError) -> (collection: CaptionCollection, contents: CaptionContents) {
    let collection = try CaptionCollection(at: path, ofLabels: isOfLabels, choices)
    let contents = try collection.read(
      splits, badRecords: badRecords, needingPictures: needsPictures)
    messages.status("\(path)  \(collection.formatName)  \(contents.summary)")
    for other in collection.others {
      messages.note("\(other.file): \(other.formatName), not read. Name the file to read it.")
    }
    return (collection, contents)
  }

  /// Where all that is wrong is found, which knows nothing of labels.
  fileprivate var placeOfAll: String {
    isOfLabels ? "." : "; cutline dataset check \(path) lists them."
  }

  /// How many of the records that were left out are shown.
  private static let shownCount = 5

  /// Says which files nothing is made of.
  func report(_ passedOver: PassedOver) {
    for line in passedOver.lines { messages.warning("\(path): left out: \(line)") }
    if let first = passedOver[.other].first {
      let count = passedOver[.other].count
      messages.detail("\(path): \(count.grouped) other files are of no use here, such as \(first)")
    }
  }

  /// Says which pictures have no captions.
  func report(uncaptioned: [String]) {
    guard let first = uncaptioned.first else { return }
    let few =
      uncaptioned.count == 1
      ? "1 picture has no caption: " : "\(uncaptioned.count) pictures have no captions, such as "
    messages.warning("\(path): left out: \(few)\(first)")
  }

  /// Says how much was left out, and shows the first few.
  func report(_ leftOut: [DatasetError]) {
    guard !leftOut.isEmpty else { return }
    for error in leftOut.prefix(Self.shownCount) { messages.warning("left out: \(error)") }
    let rest = leftOut.count - min(leftOut.count, Self.shownCount)
    messages.warning(
      "\(path): left out \(leftOut.count.grouped) records and pictures"
        + (rest > 0 ? ", \(rest.grouped) of them not shown" : "") + placeOfAll)
  }
}

/// What a model learns from and is measured on, whose pictures can all be decoded.
struct TrainingCollection {
  let training: CaptionDataset
  /// Nil where the collection has none.
  let validation: CaptionDataset?

  /// Reads a collection and opens all its pictures, so that a bad one is found now and not after hours.
  ///
  /// - Parameters:
  ///   - path: A folder, or a file of captions.
  ///   - choices: How it is read.
  ///   - task: What is learned: sentences, or labels.
  ///   - skippingBad: Whether bad records and pictures are left out, rather than end it.
  ///   - threadCount: How many pictures may be opened at once.
  ///   - messages: Where to say what was found.
  ///   - progress: Where to show how many pictures were opened.
  ///   - shouldStop: Whether the user has had enough; what was read is then useless.
  /// - Throws: What is wrong with the collection.
  init(
    _ path: String, _ choices: ReadingChoices, for task: TaskName = .caption, skippingBad: Bool,
    threadCount: Int, _ messages: Messages, _ progress: Progress, shouldStop: () -> Bool
  ) throws {
    var reading = DatasetReading(path)
    (reading.messages, reading.choices) = (messages, choices)
    reading.isOfLabels = task == .classify
    if skippingBad { reading.badRecords = .leaveOut }
    let badRecords = reading.badRecords
    let splits: [CaptionDataset.Split] = [.train, .validation]
    let (collection, contents) = try reading.read(splits)
    reading.report(try collection.passedOver(reading: contents, of: splits))
    var leftOut = contents.leftOut.filter { $0.problem != .blankCaption }
    var uncaptioned: [String] = []
    func usable(_ dataset: CaptionDataset) throws -> CaptionDataset {
      let dataset =
        task == .classify
        ? try dataset.labelled(badRecords, leavingOut: &leftOut) : dataset
      uncaptioned += dataset.examples.filter(\.captions.isEmpty).map(\.path)
      let pictures = dataset.examples.filter { !$0.captions.isEmpty }
      let opened = CountProgress(progress, "pictures opened", of: pictures.count)
      let inspections = PictureInspector(threadCount: threadCount).inspect(pictures) { count in
        opened.report(count)
        return !shouldStop()
      }
      opened.finish(inspections.count)
      var good: [CaptionedImage] = []
      for (var picture, inspection) in zip(pictures, inspections) {
        guard let error = inspection.error else {
          picture.extent = inspection.extent
          good.append(picture)
          continue
        }
        guard skippingBad else { throw Self.failure(error, reading) }
        leftOut.append(.badPicture(error))
      }
      return CaptionDataset(split: dataset.split, examples: good)
    }
    training = try usable(contents[.train] ?? collection.read(.train))
    var validation = try contents[.validation].map(usable)
    if task == .classify {
      try training.checkLabels(at: path)
      validation = try validation?.having(
        labels: training.labels, badRecords, leavingOut: &leftOut)
    }
    self.validation = validation
    reading.report(uncaptioned: uncaptioned)
    if validation?.examples.isEmpty ?? true {
      reading.messages.note("\(path): has no validation split; nothing will be scored.")
    }
    reading.report(leftOut)
  }

  private static func failure(_ error: MediaError, _ reading: DatasetReading) -> Failure {
    let advice =
      (error.code == .outsideRoot ? "--follow-links follows it, if that may be; " : "")
      + "--skip-bad leaves such pictures out\(reading.placeOfAll)"
    return Failure("\(error)\n\(advice)", Failure(error)?.status ?? .badData)
  }
}

extension CaptionContents {
  var summary: String { datasets.summary }
}

extension [CaptionDataset] {
  /// "train 6,000 images 30,000 captions | val 1,000 images 5,000 captions".
  var summary: String {
    map { dataset in
      let kind = dataset.examples.allSatisfy { $0.kind != .picture } ? "clips" : "images"
      return "\(dataset.split.rawValue) \(dataset.examples.count.grouped) \(kind) "
        + "\(dataset.captionCount.grouped) captions"
    }.joined(separator: " | ")
  }
}
