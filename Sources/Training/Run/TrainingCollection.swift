import Captioning
import Datasets
import Media
import Reports

/// The images that a model learns from and is validated on, all of which can be decoded.
package struct TrainingCollection {
  package let training: CaptionDataset
  /// The validation split; nil if the data set has none.
  package let validation: CaptionDataset?

  /// Reads a data set and opens all its images, so that a bad one is found now and not after hours.
  ///
  /// - Parameters:
  ///   - path: A folder, or a file of captions.
  ///   - choices: The choices of how it is read.
  ///   - isOfLabels: True if the captions are labels.
  ///   - skippingBad: True if bad records and pictures are left out; false if they are errors.
  ///   - threadCount: The number of pictures that may be opened at once.
  ///   - report: Takes messages and progress.
  ///   - shouldStop: Returns true to stop; the collection is then not complete.
  /// - Throws: `DatasetError`, or `TrainingError` for a bad image.
  package init(
    _ path: String, _ choices: ReadingChoices, ofLabels isOfLabels: Bool = false, skippingBad: Bool,
    threadCount: Int, report: @escaping (TrainingEvent) -> Void = { _ in },
    shouldStop: () -> Bool = { false }
  ) throws {
    var reading = DatasetReading(path)
    (reading.say, reading.choices) = ({ report(.message($0)) }, choices)
    reading.isOfLabels = isOfLabels
    if skippingBad { reading.badRecords = .leaveOut }
    let badRecords = reading.badRecords
    let splits: [CaptionDataset.Split] = [.train, .validation]
    let (collection, contents) = try reading.read(splits)
    reading.report(try collection.passedOver(reading: contents, of: splits))
    var leftOut = contents.leftOut.filter { $0.problem != .blankCaption }
    var uncaptioned: [String] = []
    func usable(_ dataset: CaptionDataset) throws -> CaptionDataset {
      let dataset =
        isOfLabels
        ? try dataset.labelled(badRecords, leavingOut: &leftOut) : dataset
      uncaptioned += dataset.examples.filter(\.captions.isEmpty).map(\.path)
      let pictures = dataset.examples.filter { !$0.captions.isEmpty }
      let start = ContinuousClock.now
      func opened(_ count: Int) -> ProgressReport {
        let seconds = start.duration(to: .now).milliseconds / 1000
        return ProgressReport("pictures opened", count, of: pictures.count, after: seconds)
      }
      let inspections = PictureInspector(threadCount: threadCount).inspect(pictures) { count in
        report(.progress(opened(count)))
        return !shouldStop()
      }
      report(.finished(opened(inspections.count)))
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
    if isOfLabels {
      try training.checkLabels(at: path)
      validation = try validation?.having(
        labels: training.labels, badRecords, leavingOut: &leftOut)
    }
    self.validation = validation
    reading.report(uncaptioned: uncaptioned)
    if validation?.examples.isEmpty ?? true {
      reading.say(
        .remark("\(path): has no validation split; nothing will be scored.", .info))
    }
    reading.report(leftOut)
  }

  private static func failure(_ error: MediaError, _ reading: DatasetReading) -> TrainingError {
    let advice =
      (error.code == .outsideRoot ? "--follow-links follows it, if you trust it; " : "")
      + "--skip-bad leaves such pictures out\(reading.placeOfAll)"
    return TrainingError(.picture(error), "\(error)\n\(advice)")
  }
}
