import Files

/// Hugging Face's `imagefolder`: `metadata.jsonl` or `metadata.csv` beside the pictures, or above them.
///
///     {"file_name": "0001.png", "text": "A dog plays with a ball"}
///
/// The captions are in the column `text`, `caption` or another that `CaptionRow` and `TableHeader`
/// know; each element of a list is a caption. The topmost folder on the path of a picture that is
/// named `train`, `validation` or `test`, or mentions one as `val2017` does, determines its split;
/// a `split` in the record takes precedence. Of several metadata files above a picture the nearest
/// counts.
struct ImageFolder: CaptionFormat {
  let name = "imagefolder metadata"
  var takesCaptionColumn: Bool { true }
  let layout = "metadata.jsonl or metadata.csv, also in train/ and validation/ (imagefolder)"

  /// True if it is written as `metadata.csv`; reading accepts either.
  var isTable = false

  func sources(in folder: CollectionFolder) throws(DatasetError) -> [CaptionSource] {
    if folder.isOneFile {
      return folder.files.filter { isMetadata($0, in: folder) }.map {
        CaptionSource(
          path: folder.path($0), pictureFolders: [folder.path], isSelfContained: true)
      }
    }
    // All folders are searched only if there is nothing else.
    let files = folder.isClaimed ? folder.names.filter(Self.isMetadataName) : try files(in: folder)
    let folders = files.map { file in file.dropLast(file.split(separator: "/").last?.count ?? 0) }
    guard Set(folders).count == files.count else {
      let twice = folders.first { one in folders.count { $0 == one } > 1 }
      throw severalFiles(
        zip(files, folders).filter { $0.1 == twice }.map { folder.path($0.0) }, in: folder)
    }
    return zip(files, folders).map { file, prefix in
      var source = CaptionSource(
        path: folder.path(file), split: CaptionDataset.Split(ofPath: file),
        pictureFolders: [prefix.isEmpty ? folder.path : folder.path(String(prefix.dropLast()))],
        isSelfContained: true)
      source.innerFolders = folders.filter { $0 != prefix && $0.hasPrefix(prefix) }
        .map { String($0.dropFirst(prefix.count)) }
      return source
    }
  }

  /// Returns all metadata files, relative to the folder.
  private func files(in folder: CollectionFolder) throws(DatasetError) -> [String] {
    var files: [String] = []
    let tour = FolderTour(
      folder: PictureFolder(path: folder.path, followsLinks: folder.choices.followsLinks))
    try tour.visit { stop throws(DatasetError) in
      files += stop.files.filter(Self.isMetadataName).map { stop.prefix + $0 }
      return true
    }
    return files
  }

  private static func isMetadataName(_ name: String) -> Bool {
    ["metadata.jsonl", "metadata.csv"].contains(name.lowercased())
  }

  private func isMetadata(_ file: String, in folder: CollectionFolder) -> Bool {
    isMetadataLines(file, in: folder)
      || folder.header(of: file)?.has("file_name") ?? false
  }

  private func isMetadataLines(_ file: String, in folder: CollectionFolder) -> Bool {
    guard fileExtension(of: file) == "jsonl" else { return false }
    let outline = folder.outline(of: file)
    let column = folder.choices.captionColumn
    return outline.topHas("file_name")
      || stem(file).lowercased() == "metadata" && outline.isOfRows(captionColumn: column)
  }

  func read(_ source: CaptionSource, into gathering: inout Gathering) throws(DatasetError) {
    let file = try AnnotationFile(source.path)
    let column = gathering.choices.captionColumn
    guard fileExtension(of: source.path) != "jsonl" else {
      try gathering.readRows(file) { gathering, row, line throws(DatasetError) in
        try gathering.add(
          row, line, lacking: "text", split: { CaptionDataset.Split(ofPath: $0) },
          check: { name throws(DatasetError.Problem) in try source.checkNearest(name) })
      }
      return
    }
    var hasSplits = false
    try gathering.readTable(
      file,
      columns: { header throws(DatasetError.Problem) in
        let names = ["file_name"] + TableHeader.pictureNames
        hasSplits = header.splitPlace != nil
        return [try header.required(names, calling: "'file_name'")]
          + [header.splitPlace].compactMap(\.self) + (try header.requiredCaptions(column))
      },
      { gathering, fields throws(DatasetError.Problem) in
        try source.checkNearest(fields[0])
        let said = hasSplits ? try split(inField: fields[1]) : nil
        let texts = try captions(inFields: fields.dropFirst(hasSplits ? 2 : 1))
        try gathering.addCaptions(
          texts, toFile: fields[0], split: said ?? CaptionDataset.Split(ofPath: fields[0]))
      })
  }
}

extension CaptionSource {
  /// Throws if another metadata file is nearer to the picture `name`.
  fileprivate func checkNearest(_ name: String) throws(DatasetError.Problem) {
    guard !innerFolders.isEmpty else { return }
    let name = name.replacing("\\", with: "/")
    if innerFolders.contains(where: name.hasPrefix) { throw .nearerMetadata(fileName: name) }
  }
}
