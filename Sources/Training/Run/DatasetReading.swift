import Datasets
import Files
import Media
import Reports

/// The reading of a data set, with messages about it.
package struct DatasetReading {
  package let path: String
  package var badRecords = BadRecords.stop
  package var needsPictures = true
  /// True if captions are labels, which may be names of folders.
  package var isOfLabels = false
  /// Takes messages.
  package var say: (RunMessage) -> Void = { _ in }
  package var choices = ReadingChoices()

  package init(_ path: String) { self.path = path }

  /// Reads the data set, and reports its contents.
  package func read(
    _ splits: [CaptionDataset.Split] = CaptionDataset.Split.allCases
  ) throws(DatasetError) -> (collection: CaptionCollection, contents: CaptionContents) {
    let collection = try CaptionCollection(at: path, ofLabels: isOfLabels, choices)
    let contents = try collection.read(
      splits, badRecords: badRecords, needingPictures: needsPictures)
    say(.line("\(path)  \(collection.formatName)  \(contents.summary)"))
    for other in collection.others {
      say(
        .remark(
          "\(other.file): \(other.formatName), not read. Name the file to read it.", .info))
    }
    return (collection, contents)
  }

  /// The advice on how to list all problems; `dataset check` does not read labels.
  var placeOfAll: String {
    isOfLabels ? "." : "; cutline dataset check \(path) lists them."
  }

  /// The number of left-out records that are shown.
  private static let shownCount = 5

  /// Reports the files that are of no use.
  package func report(_ passedOver: PassedOver) {
    for line in passedOver.lines { say(.remark("\(path): left out: \(line)", .warning)) }
    if let first = passedOver[.other].first {
      let count = passedOver[.other].count
      say(
        .remark(
          "\(path): \(count.grouped) other files are of no use here, such as \(first)", .debug))
    }
  }

  /// Reports the images without captions.
  package func report(uncaptioned: [String]) {
    guard let first = uncaptioned.first else { return }
    let few =
      uncaptioned.count == 1
      ? "1 picture has no caption: " : "\(uncaptioned.count) pictures have no captions, such as "
    say(.remark("\(path): left out: \(few)\(first)", .warning))
  }

  /// Reports the number of left-out records, and the first few of them.
  package func report(_ leftOut: [DatasetError]) {
    guard !leftOut.isEmpty else { return }
    for error in leftOut.prefix(Self.shownCount) { say(.remark("left out: \(error)", .warning)) }
    let rest = leftOut.count - min(leftOut.count, Self.shownCount)
    say(
      .remark(
        "\(path): left out \(leftOut.count.grouped) records and pictures"
          + (rest > 0 ? ", \(rest.grouped) of them not shown" : "") + placeOfAll, .warning))
  }
}

extension CaptionContents {
  package var summary: String { datasets.summary }
}

extension [CaptionDataset] {
  /// "train 6,000 images 30,000 captions | val 1,000 images 5,000 captions".
  package var summary: String {
    map { dataset in
      let kind = dataset.examples.allSatisfy { $0.kind != .picture } ? "clips" : "images"
      return "\(dataset.split.rawValue) \(dataset.examples.count.grouped) \(kind) "
        + "\(dataset.captionCount.grouped) captions"
    }.joined(separator: " | ")
  }
}
