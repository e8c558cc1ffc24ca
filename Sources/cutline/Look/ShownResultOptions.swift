import ArgumentParser
import BatchCaptioning
import Datasets
import Evaluation
import Files
import Media

/// The results to look at, and the place of their pictures.
struct ShownResultOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The folder of the pictures or clips, if the results do not name them from here.",
      valueName: "dir"), completion: .directory)
  var images: String?
  @Option(
    name: .customLong("image-ids"),
    help: ArgumentHelp(
      "A file of COCO's form with the ids of the pictures (default: the number in the file's name).",
      valueName: "file"), completion: .file())
  var imageIDs: String?
  @Option(
    help: ArgumentHelp(
      "Column or key of the captions (default: text, caption, or another usual name).",
      valueName: "name"))
  var captionColumn: String?

  /// Reads results, and says if they are still being written.
  func read(_ path: String, _ messages: Messages) throws -> ShownResults {
    let results = try ShownResults(at: path, captionColumn: captionColumn)
    if results.isTorn {
      messages.warning("\(results.path): the last line is torn, and left out. Is it being written?")
    }
    return results
  }

  /// Returns the files of pictures.
  func pictures() throws -> ResultPictures {
    if let images, !isFolder(images) {
      throw Failure("\(images): is not a folder (--images). Check the spelling.", .inputMissing)
    }
    return try ResultPictures(in: images, ids: imageIDs)
  }
}

/// A picture, or a part of a clip, among results.
struct ShownPart {
  let row: ShownResults.Row
  /// Nil if there are no captions.
  let part: ShownResults.Part?

  /// All parts of results, in their order; a row without parts is one, too.
  static func all(of results: ShownResults) -> [ShownPart] {
    results.rows.flatMap { row in
      var row = row
      if MediaKind(fileName: row.name) == .video { row.isClip = true }
      return row.parts.isEmpty
        ? [ShownPart(row: row, part: nil)] : row.parts.map { ShownPart(row: row, part: $0) }
    }
  }

  /// Reads the pictures and frames of some parts.
  ///
  /// A file that could not be captioned is not opened again.
  static func previews(
    of parts: [ShownPart], in pictures: ResultPictures, by reader: PreviewReader
  ) throws -> [Result<[Image], PreviewFailure>] {
    var previews = parts.map { part -> Result<[Image], PreviewFailure> in
      .failure(part.row.failure == nil ? .notFound : PreviewFailure("not read"))
    }
    var sources: [(place: Int, source: PreviewReader.Source)] = []
    for (place, part) in parts.enumerated() where part.row.failure == nil {
      guard let media = pictures.source(of: part.row) else { continue }
      sources.append((place, .init(media, part.part?.times)))
    }
    try reader.read(sources.map(\.source)) { place, outcome in
      previews[sources[place].place] = outcome.mapError { PreviewFailure($0.problem) }
    }
    return previews
  }
}
