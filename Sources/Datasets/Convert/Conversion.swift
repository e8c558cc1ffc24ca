import Files

/// Writes a collection in another format, as a folder that appears complete or not at all.
package struct Conversion {
  /// The treatment of the picture files.
  package enum Pictures: String, Sendable, CaseIterable {
    /// The pictures stay in place, and the new folder has none.
    case none
    /// The new folder has hard links to them, which use no space.
    case link
    case copy
  }

  /// The possible values of `--to`.
  package static var keywords: [String] { captionWriters.map(\.keyword) }

  package let pictures: Pictures
  /// The name of the format.
  package var formatName: String { writer.name }
  /// The number of pictures without captions, which the format cannot list.
  package let uncaptionedCount: Int
  /// The errors of missing pictures, which were left out.
  package let leftOut: [DatasetError]
  /// The folder that the names of pictures are relative to.
  package let pictureFolder: String
  private let writer: any CaptionWriting
  private let splits: [ConvertedSplit]
  /// The data sets that are written.
  package var datasets: [CaptionDataset] {
    splits.map { CaptionDataset(split: $0.split, examples: $0.pictures.map(\.source)) }
  }

  /// - Parameters:
  ///   - datasets: The data sets to write.
  ///   - keyword: One of `keywords`.
  ///   - pictures: The treatment of the picture files; nil for `none`, unless the format needs
  ///     them.
  ///   - badRecords: The treatment of missing pictures.
  /// - Throws: `DatasetError` if something cannot be written in this format, or a picture is
  ///   missing.
  package init(
    _ datasets: [CaptionDataset], to keyword: String, pictures: Pictures?, badRecords: BadRecords
  ) throws(DatasetError) {
    guard let writer = captionWriters.first(where: { $0.keyword == keyword }) else {
      throw DatasetError(keyword, .unknownForm(known: Self.keywords))
    }
    self.writer = writer
    self.pictures = pictures ?? (writer.needsPictures ? .link : .none)
    if self.pictures == .none, writer.needsPictures {
      throw DatasetError(
        keyword, .unwritable(form: writer.name, "it has no meaning without pictures"))
    }
    let folder = commonFolder(of: Set(datasets.flatMap { $0.examples.lazy.map(\.folder) }))
    pictureFolder = folder
    var preparation = Preparation(
      folder: folder, looksForPictures: self.pictures != .none, badRecords: badRecords,
      writer: writer)
    splits = try preparation.splits(datasets)
    leftOut = preparation.leftOut
    uncaptionedCount = preparation.uncaptionedCount
    let places = splits.flatMap { split in
      split.pictures.map { writer.place(of: $0, in: split) }
    }
    if writer.needsPictures, let twice = firstRepeated(places.map(stem)) {
      throw DatasetError(twice, .unwritable(form: writer.name, "two pictures share its text"))
    }
  }

  /// Writes the folder `path`, which must be missing or empty.
  ///
  /// - Parameters:
  ///   - path: The folder.
  ///   - reportWorkingPath: Receives the path of the folder until it is complete.
  /// - Throws: `FileError` if a file cannot be written.
  package func write(
    to path: String, reportWorkingPath: (String) -> Void = { _ in }
  ) throws(FileError) {
    let folder = try DirectoryReplacement(path)
    reportWorkingPath(folder.workingPath)
    for file in files {
      try makeFile(file.bytes, at: "\(folder.workingPath)/\(file.name)")
    }
    if pictures != .none {
      for split in splits {
        for picture in split.pictures {
          let place = writer.place(of: picture, in: split)
          try add(picture.source, at: "\(folder.workingPath)/\(place)")
        }
      }
    }
    try folder.commit()
  }

  /// The files that list the captions.
  var files: [ConvertedFile] { writer.files(for: splits) }

  private func add(_ picture: CaptionedImage, at path: String) throws(FileError) {
    // A file that two records share was written before.
    if isFile(path) { return }
    if let part = picture.part {
      return try makeFile(part.archive.bytes(part.range), at: path)
    }
    let folder = PictureFolder(path: picture.folder, followsLinks: picture.followsLinks)
    guard picture.kind == .frames else { return try add(picture.name, of: folder, at: path) }
    if isFolder(path) { return }
    for frame in folder.frames(of: picture.name) {
      try add("\(picture.name)/\(frame)", of: folder, at: "\(path)/\(frame)")
    }
  }

  private func add(
    _ name: String, of folder: PictureFolder, at path: String
  ) throws(FileError) {
    switch (pictures, folder.followsLinks) {
    case (.none, _): break
    case (.link, false): try linkFile(name, beneath: folder.path, to: path)
    case (.copy, false): try makeFile(bytes(ofFile: name, beneath: folder.path), at: path)
    case (.link, true): try linkFile("\(folder.path)/\(name)", to: path)
    case (.copy, true):
      let file = try ReadableFile("\(folder.path)/\(name)")
      try makeFile(file.bytes(0..<file.status.byteCount), at: path)
    }
  }
}

// MARK: - From data sets to what is written

private struct Preparation {
  let folder: String
  let looksForPictures: Bool
  let badRecords: BadRecords
  let writer: any CaptionWriting
  var leftOut: [DatasetError] = []
  var uncaptionedCount = 0

  mutating func splits(_ datasets: [CaptionDataset]) throws(DatasetError) -> [ConvertedSplit] {
    let ids = datasets.flatMap { $0.examples.map(\.id) }
    let areUnique = Set(ids).count == ids.count
    var count = 0
    var splits: [ConvertedSplit] = []
    for dataset in datasets {
      var split = ConvertedSplit(
        split: dataset.split, isOnly: datasets.count == 1 && dataset.split == .train, pictures: [])
      for image in dataset.examples {
        let name = name(of: image)
        guard try isUsable(image, name) else { continue }
        split.pictures.append(
          ConvertedPicture(id: areUnique ? image.id : count, name: name, source: image))
        count += 1
      }
      splits.append(split)
    }
    return splits
  }

  private func name(of image: CaptionedImage) -> String {
    image.folder == folder
      ? image.name : "\(image.folder.dropFirst(folder.count + 1))/\(image.name)"
  }

  private mutating func isUsable(
    _ image: CaptionedImage, _ name: String
  ) throws(DatasetError) -> Bool {
    if image.captions.isEmpty, !writer.holdsUncaptioned {
      uncaptionedCount += 1
      return false
    }
    if writer.isInLines, name.unicodeScalars.contains(where: { $0.value < 0x20 }) {
      throw DatasetError(
        image.path, .unwritable(form: writer.name, "its name has a control character"))
    }
    if image.segment != nil {
      throw DatasetError(
        image.path,
        .unwritable(
          form: writer.name, "its captions are about parts of clips, which no such form can name",
          advice: "Cut the clips into their parts first, with ffmpeg -ss and -to."))
    }
    if image.kind == .frames, !writer.holdsFrameFolders {
      throw DatasetError(
        image.path,
        .unwritable(
          form: writer.name, "it is a folder of frames, each of which would be a picture there",
          advice: "Choose another form, such as tsv."))
    }
    if image.part != nil, !looksForPictures {
      throw DatasetError(
        image.path,
        .unwritable(
          form: writer.name, "it lies in an archive, and --pictures is not copy",
          advice: "Add --pictures copy, which unpacks it."))
    }
    let folder = PictureFolder(path: image.folder, followsLinks: image.followsLinks)
    guard looksForPictures, image.part == nil else { return true }
    let isThere =
      image.kind == .frames
      ? !folder.frames(of: image.name).isEmpty : folder.hasFile(image.name)
    guard !isThere else { return true }
    let error = DatasetError(image.path, .unreadable(FileError(image.path, .missing)))
    guard badRecords == .leaveOut else { throw error }
    leftOut.append(error)
    return false
  }
}

/// Returns the innermost folder that contains all of `folders`.
private func commonFolder(of folders: Set<String>) -> String {
  guard var common = folders.first else { return "." }
  while !folders.allSatisfy({ $0 == common || $0.hasPrefix("\(common)/") }) {
    guard let slash = common.lastIndex(of: "/") else { return "." }
    common = String(common[..<slash])
  }
  return common
}

private func firstRepeated(_ names: [String]) -> String? {
  var seen: Set<String> = []
  return names.first { !seen.insert($0).inserted }
}
