import ArgumentParser
import BatchCaptioning
import Captioning
import Datasets
import Evaluation
import Files
import Media
import Reports

/// Grades of captions by people: a page to give them, and the files that it saves.
struct RatingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Write a page on which a person grades the captions, one file that needs no network, instead of scoring them.",
      discussion:
        "Several --results are graded together, in random order and without their names. References are not needed.",
      valueName: "file"), completion: .file(extensions: ["html"]))
  var ratingSheet: String?
  @Option(
    help: ArgumentHelp(
      "The grades: show-and-tell (without errors, minor errors, somewhat related, unrelated), or s2vt (correct, "
        + "relevant but incorrect, irrelevant).", valueName: "scale"))
  var ratingScale = RatingScale.four
  @Option(help: ArgumentHelp("Pictures on the page, drawn at random.", valueName: "n"))
  var ratingCount = 50
  @Option(help: ArgumentHelp("The seed of the draw and of all orders.", valueName: "s"))
  var ratingSeed: UInt64 = 1
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Read grades that the page saved, a file for each person, and print shares, means and agreement.",
      discussion: "With --references also how well each score predicts them (Kendall's tau).",
      valueName: "file"), completion: .file(extensions: ["json"]))
  var ratings: [String] = []

  func validate() throws {
    try check("--rating-count", ratingCount, in: 1...10_000)
    if ratingSheet != nil, !ratings.isEmpty {
      throw ValidationError(
        "--rating-sheet writes a page, and --ratings reads what it saved. Leave out one of them.")
    }
  }
}

extension RatingScale: ExpressibleByArgument {}

/// The captions of several models beside each other, and their pictures.
struct CaptionsToRate {
  private(set) var models: [(name: String, captions: [String?])] = []
  private(set) var pictures: [String] = []
  private var sources: [String: PreviewReader.Source] = [:]
  /// Rows that nobody can grade.
  private(set) var notes: [String] = []

  /// The longer side of a picture in pixels, and the number of frames of a clip.
  private static let pictureSize = 400
  private static let frameCount = 4

  /// Takes the captions of a model.
  init(_ captions: EvaluatedCaptions) {
    models = [(captions.path, captions.pictures.map { $0.captions.first })]
    pictures = captions.pictures.map(\.label)
    for picture in captions.pictures {
      if let path = picture.path { sources[picture.label] = .init(.file(path)) }
    }
  }

  /// Takes the captions of files, about the pictures of `references` if they are given.
  init(
    _ results: [ShownResults], of references: ReferenceCaptions?, in found: ResultPictures
  ) throws {
    let index = references.map(ReferenceIndex.init)
    var places: [String: Int] = [:]
    var captions: [[Int: String]] = []
    for results in results {
      var own: [Int: String] = [:]
      var (otherCount, withoutCount) = (0, 0)
      for row in results.rows {
        var label = row.picture
        var path: String?
        if let references, let index {
          guard let place = index.place(of: row.picture) else {
            otherCount += 1
            continue
          }
          (label, path) = (references.pictures[place].label, references.pictures[place].path)
        }
        guard row.parts.count < 2 else {
          throw Failure(
            "\(results.path): \(row.name) has captions of \(row.parts.count) segments, and one of the whole clip is "
              + "graded. Leave out --every and --scenes.", .badData)
        }
        guard let caption = row.parts.first?.captions.first else {
          withoutCount += 1
          continue
        }
        let place = places[label] ?? pictures.count
        if place == pictures.count {
          places[label] = place
          pictures.append(label)
          if let media = path.map({ MediaSource.file($0) }) ?? found.source(of: row) {
            sources[label] = .init(media)
          }
        }
        own[place] = caption
      }
      guard !own.isEmpty else {
        throw Failure(
          "\(results.path): has no caption to grade\(references.map { " of a picture of \($0.path)" } ?? ""). Name "
            + "other results.", .badData)
      }
      captions.append(own)
      if otherCount > 0 {
        notes.append(
          "\(results.path): \(otherCount.grouped) captions are of other pictures, and are not graded"
        )
      }
      if withoutCount > 0 {
        notes.append("\(results.path): \(withoutCount.grouped) rows have no caption to grade")
      }
    }
    models = zip(results, captions).map { results, own in
      (results.path, pictures.indices.map { own[$0] })
    }
  }

  /// Returns the page to grade captions on.
  ///
  /// - Throws: `Failure` if a picture cannot be shown, or the page is too large.
  func sheet(_ options: RatingOptions, threadCount: Int) throws -> RatingSheet {
    let items = [RatingItem].drawn(
      from: models, of: pictures, count: options.ratingCount, seed: options.ratingSeed)
    let drawn = try items.map { item in
      guard let source = sources[item.picture] else {
        throw Failure(
          "\(item.picture): its picture is not found, and a person has to see it. Name the folder with --images.",
          .inputMissing)
      }
      return source
    }
    var elements = [String](repeating: "", count: items.count)
    let reader = PreviewReader(
      size: Self.pictureSize, frameCount: Self.frameCount, workerCount: threadCount)
    try reader.read(drawn) { place, outcome in
      elements[place] = try outcome.get().map { imageElement($0, name: "") }.joined(separator: "\n")
    }
    let size = elements.reduce(0) { $0 + $1.utf8.count }
    guard size < ResultPage.sizeLimit else {
      throw Failure(
        "--rating-count \(options.ratingCount): the page would have \(size / 1_000_000) MB, and the limit is 20. "
          + "Choose fewer pictures.", .configuration)
    }
    return RatingSheet(items, options.ratingScale, pictures: elements)
  }
}
