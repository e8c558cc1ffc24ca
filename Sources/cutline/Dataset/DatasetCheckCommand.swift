import ArgumentParser
import Datasets
import Files
import Media
import Reports
import Training

/// `cutline dataset check DIR`: finds problems of a collection before training.
struct DatasetCheckCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check a collection for errors before training.",
    discussion: """
      Errors: bad records; pictures that are missing, cannot be decoded, or are in two splits. Warnings: \
      pictures, clips, texts and tables that are not used; damaged pictures; copies and near-duplicates; \
      captions that are blank, absurd or repeated; a tenth of the words or captions lost to --min-count \
      or --max-words. \
      The exit code is 65 if there are errors, and 0 if there are only warnings or none.
      """)

  @OptionGroup var collection: CollectionOptions
  @Flag(name: .customLong("no-pixels"), help: "Do not open the pictures.")
  var leavesPicturesAlone = false
  @Option(help: "Minimum word count; rarer words become <unk>.")
  var minCount = 5
  @Option(help: "Maximum number of words per caption; train cuts longer ones.")
  var maxWords = 20
  @OptionGroup var words: TokenizerOptions
  @Option(help: "Number of examples shown per finding.")
  var show = 5
  @Flag(help: "Print JSON, with all examples.")
  var json = false
  @OptionGroup var threads: ThreadOptions
  @OptionGroup(title: "Messages") var talk: MessageOptions

  func validate() throws {
    guard minCount >= 1 else {
      throw ValidationError("--min-count must be above 0, not \(minCount).")
    }
    guard maxWords >= 1 else {
      throw ValidationError("--max-words must be above 0, not \(maxWords).")
    }
    guard show >= 0 else { throw ValidationError("--show must be 0 or above, not \(show).") }
  }

  func run() throws {
    var reading = try collection.dataset()
    reading.badRecords = .leaveOut
    reading.needsPictures = !leavesPicturesAlone
    reading.say = talk.messages.say
    let threadCount = try threads.apply()
    let (found, contents) = try reading.read()
    let passedOver = try found.passedOver(
      reading: contents, of: CaptionDataset.Split.allCases)
    var inspector = PictureInspector(threadCount: threadCount)
    inspector.isFingerprinting = true
    let pictureCount = contents.datasets.reduce(0) { $0 + $1.examples.count }
    let looked = CountProgress(talk.makeProgress(), "pictures", of: pictureCount)
    let check = DatasetCheck(
      contents, passingOver: passedOver, leavesPicturesAlone ? nil : inspector,
      minimumCount: minCount, maximumWords: maxWords, threadCount: threadCount,
      tokenizer: words.chosen, report: looked.report)
    if !leavesPicturesAlone { looked.finish(pictureCount) }
    try StandardStream.output.write(
      json ? check.json(found).prettyText + "\n" : check.text(examples: show))
    if check.errorCount > 0 { throw ExitStatus.badData.exitCode }
  }
}

// MARK: - As people and scripts read it

extension DatasetCheck {
  fileprivate func text(examples: Int) -> String {
    let paragraphs = findings.map { finding in
      var lines = ["\(finding.severity.rawValue): \(finding.title)"]
      lines += finding.places.prefix(examples).map { "  \($0)" }
      let rest = finding.places.count - examples
      if examples > 0, rest > 0 { lines.append("  … and \(rest.grouped) more") }
      lines.append("  \(finding.advice)")
      return lines.map { visible($0) + "\n" }.joined()
    }
    let others = passedOver[.other]
    let rest = others.first.map { first in
      visible(
        others.count == 1
          ? "1 other file is not used: \(first)"
          : "\(others.count.grouped) other files are not used, such as \(first)") + "\n"
    }
    return (paragraphs + [words] + [rest].compactMap(\.self) + ["\(verdict)\n"]).joined(
      separator: "\n")
  }

  private var words: String {
    let lost = unknownShares.map { "\($0.split.rawValue) \(percent($0.share))" }
      .joined(separator: ", ")
    let cut = cutCounts.map { "\($0.split.rawValue) \($0.count.grouped)" }.joined(separator: ", ")
    return "words replaced by <unk> (--min-count \(minimumCount)): \(lost)\n"
      + "captions cut (--max-words \(maximumWords)): \(cut)\n\n"
      + "captions by number of words\n" + histogram
  }

  /// A histogram of caption lengths, with a bar on each line.
  private var histogram: String {
    let counts = lengthHistogram
    let step = max(1, (counts.count + 19) / 20)
    let bins = stride(from: 0, to: counts.count, by: step).map { start in
      (start, end: min(start + step, counts.count) - 1)
    }.map { start, end in (start, end, counts[start...end].reduce(0, +)) }
    let most = bins.map(\.2).max() ?? 1
    let used = bins.drop { $0.2 == 0 }
    return table(
      used.map { start, end, count in
        [
          start == end ? "\(start)" : "\(start)-\(end)", count.grouped,
          String(repeating: "█", count: (count * 40 + most - 1) / max(most, 1)),
        ]
      }, under: ["WORDS", "CAPTIONS", ""])
  }

  private var verdict: String {
    func counted(_ count: Int, _ word: String) -> String {
      count == 1 ? "1 \(word)" : "\(count.grouped) \(word)s"
    }
    if findings.isEmpty { return "no problems found" }
    return "\(counted(errorCount, "error")), \(counted(warningCount, "warning"))"
  }

  fileprivate func json(_ found: CaptionCollection) -> JSONValue {
    [
      "schema": "cutline.dataset-check/1", "path": .string(found.path),
      "format": .string(found.formatName), "files": .array(found.files.map { .string($0) }),
      "splits": .array(contents.datasets.map(\.json)),
      "errors": .number(Double(errorCount)), "warnings": .number(Double(warningCount)),
      "findings": .array(findings.map(\.json)),
      "other_files": .array(passedOver[.other].map { .string($0) }),
      "min_count": .number(Double(minimumCount)),
      "unknown_words": .object(
        unknownShares.map { .init($0.split.rawValue, .number($0.share)) }),
      "max_words": .number(Double(maximumWords)),
      "cut_captions": .object(
        cutCounts.map { .init($0.split.rawValue, .number(Double($0.count))) }),
      "caption_lengths": .array(lengthHistogram.map { .number(Double($0)) }),
    ]
  }
}

extension CaptionDataset {
  var json: JSONValue {
    [
      "split": .string(split.rawValue), "pictures": .number(Double(examples.count)),
      "clips": .number(Double(examples.count { $0.kind != .picture })),
      "captions": .number(Double(captionCount)),
    ]
  }
}
