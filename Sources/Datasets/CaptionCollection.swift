import Files
import Media

/// A collection of captions as it lies on disk, in whichever form.
///
///     let collection = try CaptionCollection(at: "data/flickr8k")
///     let training = try collection.read(.train)
public struct CaptionCollection: Sendable {
  /// The folder or file that was named.
  public let path: String
  /// What the form is called: "COCO captions".
  public var formatName: String { format.name }
  /// The files that list captions; the folder itself where captions lie beside their pictures.
  public var files: [String] { sources.map(\.path) }
  /// Further collections in the same folder, in forms that come later in the list of forms.
  public let others: [(formatName: String, file: String)]
  private let format: any CaptionFormat
  private let sources: [CaptionSource]

  /// Finds out what lies at `path`; hardly reads anything.
  ///
  /// - Parameters:
  ///   - path: A folder, or one file of captions.
  ///   - isOfLabels: Whether folders of clips, called as their labels are, will do where there are no
  ///     captions.
  /// - Throws: Why there is nothing to be read.
  public init(at path: String, ofLabels isOfLabels: Bool = false) throws(DatasetError) {
    let folder = try CollectionFolder(path)
    var found: [(format: any CaptionFormat, sources: [CaptionSource])] = []
    let formats = captionFormats + (isOfLabels ? [LabelFolders()] : [])
    for format in formats {
      let sources = try format.sources(in: folder)
      if !sources.isEmpty { found.append((format, sources)) }
      // Texts beside pictures are looked for only where there is nothing better.
      if !found.isEmpty, format is CaptionTable || format is CaptionSidecars { break }
    }
    guard let first = found.first else { throw folder.reasonForNoCaptions(at: path, formats) }
    self.path = path
    (format, sources) = first
    others = found.dropFirst().map { ($0.format.name, $0.sources[0].path) }
  }

  /// Reads the captions of `split`; what is wrong with a record ends the reading.
  public func read(_ split: CaptionDataset.Split) throws(DatasetError) -> CaptionDataset {
    let contents = try read([split])
    guard let dataset = contents[split] else {
      throw DatasetError(
        path, .noSplit(split.rawValue, found: try read().datasets.map(\.split.rawValue)))
    }
    return dataset
  }

  /// Reads the captions of some or all splits, without opening the pictures.
  ///
  /// - Parameters:
  ///   - splits: Those that are wanted.
  ///   - badRecords: What to do about records that are not as they should be.
  ///   - needingPictures: Whether it is an error if there is no folder of pictures.
  /// - Returns: A data set for each split in which there is a picture, and what was left out.
  /// - Throws: What is wrong with a file as a whole, or with the first bad record.
  public func read(
    _ splits: [CaptionDataset.Split] = CaptionDataset.Split.allCases,
    badRecords: BadRecords = .stop, needingPictures: Bool = true
  ) throws(DatasetError) -> CaptionContents {
    var contents = CaptionContents()
    for source in sources where source.split.map(splits.contains) ?? true {
      var gathering = Gathering(source.path, badRecords: badRecords)
      try format.read(source, into: &gathering)
      contents.leftOut += gathering.leftOut
      for split in splits {
        let pictures = gathering.pictures.filter { ($0.split ?? source.split ?? .train) == split }
        guard !pictures.isEmpty else { continue }
        let folder = try pictureFolder(source, pictures, isNeeded: needingPictures)
        contents.add(pictures, in: folder, to: split)
      }
    }
    return contents
  }

  /// The folder that `pictures` lie in: where one of the first is found, else the likeliest.
  private func pictureFolder(
    _ source: CaptionSource, _ pictures: [Gathering.Picture], isNeeded: Bool
  ) throws(DatasetError) -> String {
    let folders = source.pictureFolders.filter(isFolder)
    let root = isFolder(path) ? path : nil
    for folder in folders + [root].compactMap(\.self) {
      // A clip may be a folder of frames.
      let isThere = pictures.prefix(8).contains {
        hasFile($0.name, beneath: folder) || isFolder("\(folder)/\($0.name)")
      }
      if isThere { return folder }
    }
    if let folder = folders.first ?? (isNeeded ? nil : source.pictureFolders.first) {
      return folder
    }
    let looked = source.pictureFolders.map { folder in
      folder.hasPrefix("\(path)/") ? String(folder.dropFirst(path.count + 1)) : folder
    }
    throw DatasetError(path, .noImageFolder(looked: looked))
  }
}

/// What was read of a collection.
public struct CaptionContents: Sendable {
  /// One for each split in which there is a picture, in the order train, val, test.
  public private(set) var datasets: [CaptionDataset] = []
  /// Records that say nothing usable, with the reason, in the order of the files.
  public internal(set) var leftOut: [DatasetError] = []

  public subscript(split: CaptionDataset.Split) -> CaptionDataset? {
    datasets.first { $0.split == split }
  }

  mutating func add(
    _ pictures: [Gathering.Picture], in folder: String, to split: CaptionDataset.Split
  ) {
    let known = self[split]?.examples ?? []
    // Pictures without a number get one that tells them apart.
    let count = datasets.reduce(0) { $0 + $1.examples.count }
    let examples = pictures.enumerated().map { index, picture in
      CaptionedImage(
        id: picture.id ?? count + index, folder: folder, name: picture.name,
        kind: picture.kind ?? kind(of: picture.name, in: folder), captions: picture.captions)
    }
    /// A name without the ending of a picture or video may be that of a folder of frames.
    func kind(of name: String, in folder: String) -> CaptionedImage.Kind? {
      MediaKind(fileName: name) == nil && isFolder("\(folder)/\(name)") ? .frames : nil
    }
    let dataset = CaptionDataset(split: split, examples: known + examples)
    datasets.removeAll { $0.split == split }
    datasets.append(dataset)
    datasets.sort { $0.split.order < $1.split.order }
  }
}

extension CaptionDataset.Split {
  fileprivate var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
