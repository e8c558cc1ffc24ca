import Datasets
import Files
import Media
import Synchronization
import Tensors

extension CropsCollection {
  /// The file that describes a generated folder; a folder without it is never replaced.
  private static let marker = "synthesis.json"

  /// The settings for writing a collection.
  package struct Writing: Sendable {
    /// True if an existing generated collection may be replaced.
    package var isReplacing = false
    /// The treatment of pictures that no camera can move over.
    package var badPictures = BadRecords.stop
    package var threadCount = Device.coreCount
    /// Receives the number of finished pictures before every picture, on any thread, and returns
    /// false to stop.
    package var report: @Sendable (Int) -> Bool = { _ in true }

    package init() {}
  }

  /// The result of writing a collection.
  package struct Outcome: Sendable, Equatable {
    package fileprivate(set) var clipCounts: [CaptionDataset.Split: Int] = [:]
    /// The reasons why pictures have no clips, in the order of the collection.
    package fileprivate(set) var leftOut: [MediaError] = []
  }

  /// Writes the collection as the folder at `path`, which appears complete or not at all.
  ///
  /// Each thread has one picture and its clips in memory. Where a picture is left out, its clips' numbers
  /// stay unused, so that all others are what they would be with it.
  ///
  /// - Parameters:
  ///   - path: A path that does not exist, or an empty folder.
  ///   - origin: The name of the source collection, for the folder's description.
  ///   - writing: The settings.
  /// - Returns: The result; nil if it was stopped, which leaves nothing behind.
  /// - Throws: `MediaError` for a picture that cannot be used, or `FileError` if a file cannot be
  ///   written.
  package func write(
    to path: String, from origin: String, _ writing: Writing = Writing()
  ) throws -> Outcome? {
    let folder = try DirectoryReplacement(
      path, replacingFolderWith: writing.isReplacing ? Self.marker : nil)
    let working = folder.workingPath
    try makeFolder("\(working)/images")
    try makeFolder("\(working)/annotations")
    var outcome = Outcome()
    var list = CaptionList()
    var doneCount = 0
    for split in Self.splits where !pictures(split).isEmpty {
      guard let bad = try writeClips(split, to: working, after: doneCount, writing) else {
        return nil
      }
      doneCount += pictures(split).count
      outcome.leftOut += bad.sorted { $0.key < $1.key }.map(\.value)
      outcome.clipCounts[split] = 2 * pairsPerPicture * (pictures(split).count - bad.count)
      list = captions(split, without: bad, after: list)
      try writeFile(
        Array(list.text.utf8), to: "\(working)/annotations/captions_\(split.rawValue).json")
    }
    // Without a single clip, the fault is not in one picture or another.
    if outcome.leftOut.count == doneCount, let error = outcome.leftOut.first { throw error }
    let text = description(from: origin, outcome).prettyText + "\n"
    try writeFile(Array(text.utf8), to: "\(working)/\(Self.marker)")
    try folder.commit()
    return outcome
  }

  /// Writes the clips of all pictures of `split`.
  ///
  /// - Returns: The reasons why pictures were left out, by their numbers; nil if it was stopped.
  private func writeClips(
    _ split: CaptionDataset.Split, to folder: String, after earlierCount: Int, _ writing: Writing
  ) throws -> [Int: MediaError]? {
    let bad = Mutex<[Int: MediaError]>([:])
    let doneCount = Atomic(earlierCount)
    let isWritten = try forEachNumber(
      below: pictures(split).count, threadCount: writing.threadCount,
      shouldContinue: { writing.report(doneCount.load(ordering: .relaxed)) }
    ) { index in
      do {
        for (clip, name) in zip(try clips(split, index), names(split, index)) {
          try writeFile(clip.bytes, to: "\(folder)/images/\(name)")
        }
      } catch let error as MediaError {
        guard writing.badPictures == .leaveOut else { throw error }
        bad.withLock { $0[index] = error }
      }
      doneCount.add(1, ordering: .relaxed)
    }
    return isWritten ? bad.withLock { $0 } : nil
  }

  /// The files of the clips of picture `index`.
  private func names(_ split: CaptionDataset.Split, _ index: Int) -> [String] {
    let count = 2 * pairsPerPicture
    return (count * index..<count * (index + 1)).map { drawnFileName(split.rawValue, $0, "avi") }
  }

  /// Returns the captions of the clips of `split`.
  private func captions(
    _ split: CaptionDataset.Split, without bad: [Int: MediaError], after list: CaptionList
  ) -> CaptionList {
    var list = CaptionList(after: list)
    for (index, picture) in pictures(split).enumerated() where bad[index] == nil {
      for (name, motion) in zip(names(split, index), motions(split, index)) {
        list.add(
          name, size: size, captions: picture.captions.compactMap(motion.caption),
          source: picture.name)
      }
    }
    return list
  }

  private func description(from origin: String, _ outcome: Outcome) -> JSONValue {
    func count(_ number: Int?) -> JSONValue { .number(Double(number ?? 0)) }
    return [
      "schema": "cutline.synthesis/1", "collection": "crops", "from": .string(origin),
      "train": count(outcome.clipCounts[.train]), "val": count(outcome.clipCounts[.validation]),
      "left_out": count(outcome.leftOut.count), "clips_per_picture": count(pairsPerPicture),
      "size": count(size), "frames": count(frameCount), "seed": .string("\(seed)"),
    ]
  }
}
