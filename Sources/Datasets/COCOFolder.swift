import Files

/// A folder with a collection in COCO's form, as downloaded or laid out by hand.
///
/// Captions are `captions_train.json`, `captions_train2014.json` or `captions_train2017.json`
/// (`val` and `test` alike), in the folder itself or its `annotations`. Pictures are in `images`,
/// or in the folder COCO's archives unpack to (`train2017`), there or beside it.
public struct COCOFolder: Sendable {
  public let path: String

  public init(_ path: String) {
    self.path = path
  }

  /// The splits for which there is a caption file, in the order train, val, test.
  public var splits: [CaptionDataset.Split] {
    CaptionDataset.Split.allCases.filter { captionFile($0) != nil }
  }

  /// Reads the captions of `split`.
  public func read(_ split: CaptionDataset.Split) throws(DatasetError) -> CaptionDataset {
    guard let file = captionFile(split) else {
      throw DatasetError(path, .noCaptions(looked: captionFiles(split).map { $0.name }))
    }
    let folders = imageFolders(split, year: file.year)
    guard let folder = folders.first(where: { isFolder("\(path)/\($0)") }) else {
      throw DatasetError(path, .noImageFolder(looked: folders))
    }
    return try COCOCaptions.read(
      "\(path)/\(file.name)", imageFolder: "\(path)/\(folder)", split: split)
  }

  private func captionFile(_ split: CaptionDataset.Split) -> (name: String, year: String)? {
    captionFiles(split).first { isFile("\(path)/\($0.name)") }
  }

  private func captionFiles(_ split: CaptionDataset.Split) -> [(name: String, year: String)] {
    ["", "annotations/"].flatMap { folder in
      ["", "2017", "2014"].map { ("\(folder)captions_\(split.rawValue)\($0).json", $0) }
    }
  }

  private func imageFolders(_ split: CaptionDataset.Split, year: String) -> [String] {
    let archive = "\(split.rawValue)\(year)"
    return ["images/\(archive)", "images", archive]
  }
}
