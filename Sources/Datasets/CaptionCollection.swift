import Files
import Media

/// A collection of captions on disk, in any of the known formats.
///
///     let collection = try CaptionCollection(at: "data/flickr8k")
///     let training = try collection.read(.train)
package struct CaptionCollection: Sendable {
  /// The folder or file named by the user.
  package let path: String
  /// The name of the format: "COCO captions".
  package var formatName: String { format.name }
  /// The files that list captions; the folder itself if captions lie beside their pictures.
  package var files: [String] { sources.map(\.path) }
  /// Further collections in the same folder, in formats later in the list of formats.
  package let others: [(formatName: String, file: String)]
  private let format: any CaptionFormat
  private let sources: [CaptionSource]
  private let choices: ReadingChoices
  /// The folder that contains all of it.
  private let root: String
  private let isOneFile: Bool
  /// The folders that may contain pictures, relative to `root`.
  private let usualFolders: [String]

  /// Detects the collection at `path`; reads only the beginnings of files.
  ///
  /// - Parameters:
  ///   - path: A folder, or one file of captions.
  ///   - isOfLabels: True if folders of clips, named after their labels, are accepted where there
  ///     are no captions.
  ///   - choices: The reading options.
  /// - Throws: `DatasetError` if there is nothing to read.
  package init(
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

  /// Returns the formats found in `folder`, with the files of each.
  private static func findings(
    in folder: CollectionFolder, _ formats: [any CaptionFormat]
  ) throws(DatasetError) -> [Found] {
    var (folder, found) = (folder, [Found]())
    for format in formats {
      let known = Set(found.flatMap { $0.sources.map(\.path) })
      let sources = try format.sources(in: folder).filter { !known.contains($0.path) }
      if !sources.isEmpty { found.append((format, sources)) }
      folder.isClaimed = !found.isEmpty
      // Texts beside pictures are considered only if there is nothing better.
      if !found.isEmpty, format is CaptionTable || format is CaptionSidecars { break }
    }
    return found
  }

  /// Reads the captions of `split`; an error in a record ends the reading.
  package func read(_ split: CaptionDataset.Split) throws(DatasetError) -> CaptionDataset {
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
  ///   - splits: The splits to read.
  ///   - badRecords: The treatment of records with errors.
  ///   - needingPictures: True if a missing folder of pictures is an error.
  /// - Returns: A data set for each split in which there is a picture, and what was left out.
  /// - Throws: The error of a file as a whole, or of the first bad record.
  package func read(
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

  /// Returns the folder of `pictures`: the one that holds one of the first pictures, else the
  /// likeliest.
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
    // Names are tried as written, with the folder's own name in front, and in subfolders. Of clips
    // that are no longer available, only a later one may exist.
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

  /// Returns further folders that may contain pictures.
  private func otherFolders(
    _ source: CaptionSource, _ split: CaptionDataset.Split, deep isDeep: Bool
  ) -> [String] {
    // The folder of a file that was named, too, but not all folders below it, which need not belong
    // to the collection.
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
  /// Returns the files that are not used; none if a file was named rather than a folder.
  ///
  /// - Parameters:
  ///   - contents: The contents of the collection.
  ///   - splits: The splits that were read; the files of others are not reported.
  /// - Returns: The files, by reason.
  /// - Throws: `DatasetError` if a folder cannot be listed.
  package func passedOver(
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
