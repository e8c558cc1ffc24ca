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

  /// The first option that was given; nil if none was.
  var firstOption: String? {
    if images != nil { return "--images" }
    if imageIDs != nil { return "--image-ids" }
    return captionColumn == nil ? nil : "--caption-column"
  }

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

extension ShownPart {
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
