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
  private let choices: ReadingChoices
  /// The folder in which all of it lies.
  private let root: String
  private let isOneFile: Bool
  /// Folders in which pictures may be, relative to `root`.
  private let usualFolders: [String]

  /// Finds out what lies at `path`; hardly reads anything.
  ///
  /// - Parameters:
  ///   - path: A folder, or one file of captions.
  ///   - isOfLabels: Whether folders of clips, called as their labels are, will do where there are no
  ///     captions.
  ///   - choices: How it is read.
  /// - Throws: Why there is nothing to be read.
  public init(
    at path: String, ofLabels isOfLabels: Bool = false, _ choices: ReadingChoices = ReadingChoices()
  ) throws(DatasetError) {
    var folder = try CollectionFolder(path, choices)
    let formats =
      (isOfLabels ? [ActionLists()] : []) + captionFormats
      + (isOfLabels ? [LabelFolders()] : [])
    var found = try Self.findings(in: folder, formats)
    if found.isEmpty, let deeper = folder.deeper {
      folder = deeper
      found = try Self.findings(in: folder, formats)
    }
    guard let first = found.first else { throw folder.reasonForNoCaptions(at: path, formats) }
    self.path = path
    self.choices = choices
    (root, isOneFile, usualFolders) = (folder.path, folder.isOneFile, folder.usualFolders)
    (format, sources) = first
    others = found.dropFirst().map { ($0.format.name, $0.sources[0].path) }
    if choices.pictureFolder != nil, !format.namesPictures {
      throw DatasetError(path, .uselessOption("--images", form: format.name))
    }
    if choices.captionColumn != nil, !format.takesCaptionColumn {
      throw DatasetError(path, .uselessOption("--caption-column", form: format.name))
    }
  }

  private typealias Found = (format: any CaptionFormat, sources: [CaptionSource])

  /// The forms that are in `folder`, with the files of each.
  private static func findings(
    in folder: CollectionFolder, _ formats: [any CaptionFormat]
  ) throws(DatasetError) -> [Found] {
    var (folder, found) = (folder, [Found]())
    for format in formats {
      let known = Set(found.flatMap { $0.sources.map(\.path) })
      let sources = try format.sources(in: folder).filter { !known.contains($0.path) }
      if !sources.isEmpty { found.append((format, sources)) }
      folder.isClaimed = !found.isEmpty
      // Texts beside pictures are looked for only where there is nothing better.
      if !found.isEmpty, format is CaptionTable || format is CaptionSidecars { break }
    }
    return found
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
      var gathering = Gathering(
        source.path, badRecords: badRecords, root: root, choices: choices)
      try format.read(source, into: &gathering)
      contents.leftOut += gathering.leftOut
      contents.textFiles += gathering.textFiles
      contents.passedOver.add(gathering.passedOver)
      if !source.splitLists.isEmpty {
        for (name, split) in try SplitLists(source.splitLists)
          .names(missingFrom: gathering.pictures)
        {
          contents.passedOver.add("\(source.splitLists[split] ?? "") names \(name)", .listed)
        }
      }
      for split in splits {
        let pictures = gathering.pictures.filter { ($0.split ?? source.split ?? .train) == split }
        guard !pictures.isEmpty else { continue }
        let folder = try pictureFolder(source, pictures, of: split, isNeeded: needingPictures)
        contents.add(pictures, in: folder, to: split)
      }
    }
    return contents
  }

  /// The folder that `pictures` lie in: where one of the first is found, else the likeliest.
  private func pictureFolder(
    _ source: CaptionSource, _ pictures: [Gathering.Picture], of split: CaptionDataset.Split,
    isNeeded: Bool
  ) throws(DatasetError) -> PictureFinder {
    func finder(_ path: String) -> PictureFinder {
      PictureFinder(PictureFolder(path: path, followsLinks: choices.followsLinks))
    }
    if pictures.contains(where: { $0.part != nil }) { return finder(source.path) }
    let likeliest = choices.pictureFolder.map { [$0] } ?? source.pictureFolders
    let folders = likeliest.filter(isFolder)
    // By names as they are written; with a folder's own name in front; in folders below; and of clips that are
    // not to be had any more, only a later one may be there.
    for (count, isDeep, isSelfNamed) in [
      (8, false, false), (8, false, true), (8, true, true), (2000, false, true),
    ] {
      let others = choices.pictureFolder == nil ? otherFolders(source, split, deep: isDeep) : []
      for folder in folders + others {
        var finder = finder(folder)
        if finder.finds(pictures.prefix(count), deep: isDeep, selfNamed: isSelfNamed) {
          return finder
        }
      }
    }
    if let folder = folders.first ?? (isNeeded ? nil : likeliest.first) { return finder(folder) }
    let looked = likeliest.map { folder in
      folder.hasPrefix("\(path)/") ? String(folder.dropFirst(path.count + 1)) : folder
    }
    throw DatasetError(path, .noImageFolder(looked: looked))
  }

  /// Where pictures may be besides the likeliest folders.
  private func otherFolders(
    _ source: CaptionSource, _ split: CaptionDataset.Split, deep isDeep: Bool
  ) -> [String] {
    // Beside a file that was named, too; but not in all folders below it, which need not be the collection's.
    guard !isDeep else { return isOneFile ? [] : [root] }
    let usual = split.ordered(usualFolders).map { "\(root)/\($0)" }
    guard !source.isSelfContained else {
      let below = usual.filter { folder in
        source.pictureFolders.contains { folder.hasPrefix("\($0)/") }
      }
      return below + [root]
    }
    let own = source.path.lastIndex(of: "/").map { [String(source.path[..<$0])] } ?? []
    return [root] + own + usual
  }
}

// MARK: - What is passed over

extension CaptionCollection {
  /// The files that nothing is made of; none where one file was named rather than a folder.
  ///
  /// - Parameters:
  ///   - contents: What was read.
  ///   - splits: Those that were read; what others are made of is not passed over.
  /// - Returns: The files, by what they are.
  /// - Throws: What keeps a folder from being listed.
  public func passedOver(
    reading contents: CaptionContents, of splits: [CaptionDataset.Split]
  ) throws(DatasetError) -> PassedOver {
    guard !isOneFile else { return contents.passedOver }
    let rest = CaptionDataset.Split.allCases.filter { !splits.contains($0) }
    let others = rest.isEmpty ? nil : try? read(rest, badRecords: .leaveOut, needingPictures: false)
    var survey = FolderSurvey(
      root, followsLinks: choices.followsLinks,
      isHarmless: { [format] name in format.isOfOtherTask(name) })
    for source in sources { survey.use(source) }
    for contents in [contents, others].compactMap(\.self) { survey.use(contents) }
    var passedOver = try survey.passedOver()
    passedOver.add(contents.passedOver)
    return passedOver
  }
}
