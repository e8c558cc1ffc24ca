import Files

/// Hugging Face's `imagefolder`: `metadata.jsonl` or `metadata.csv` beside the pictures.
///
///     {"file_name": "0001.png", "text": "A dog plays with a ball"}
///
/// The captions are in the column `text` or `caption`. Splits are folders, `train`, `validation` and
/// `test`, each with its own metadata, or named in front of the pictures in one metadata file above.
struct ImageFolder: CaptionFormat {
  let name = "imagefolder metadata"
  let layout = "metadata.jsonl or metadata.csv, also in train/ and validation/ (imagefolder)"

  /// Whether it is written as `metadata.csv`; reading takes either.
  var isTable = false

  private static let fileNames = ["metadata.jsonl", "metadata.csv"]

  func sources(in folder: CollectionFolder) throws(DatasetError) -> [CaptionSource] {
    if folder.isOneFile {
      return folder.files.filter { isMetadata($0, in: folder) }.map {
        CaptionSource(path: folder.path($0), pictureFolders: [folder.path])
      }
    }
    var sources: [CaptionSource] = []
    for (name, split) in Self.splitFolders(in: folder) {
      let path = name.isEmpty ? folder.path : folder.path(name)
      let found = Self.fileNames.map { "\(path)/\($0)" }.filter(isFile)
      guard found.count <= 1 else { throw severalFiles(found, in: folder) }
      guard let file = found.first else { continue }
      sources.append(CaptionSource(path: file, split: split, pictureFolders: [path]))
    }
    return sources
  }

  private func isMetadata(_ file: String, in folder: CollectionFolder) -> Bool {
    folder.firstLine(of: file)?.hasPrefix("{") == true && fileExtension(of: file) == "jsonl"
      || folder.columns(of: file).contains("file_name")
  }

  /// The folder itself, and those in it that are called as splits are.
  private static func splitFolders(
    in folder: CollectionFolder
  ) -> [(name: String, split: CaptionDataset.Split?)] {
    [("", nil)]
      + folder.names.compactMap { name in
        CaptionDataset.Split(named: name).map { (name, $0) }
      }
  }

  func read(_ source: CaptionSource, into gathering: inout Gathering) throws(DatasetError) {
    let file = try AnnotationFile(source.path)
    if fileExtension(of: source.path) == "csv" {
      try gathering.readTable(file, columns: [["file_name"], ["text", "caption"]]) {
        gathering, fields throws(DatasetError.Problem) in
        try add(fields[0], fields[1], to: &gathering)
      }
    } else {
      try readLines(file, into: &gathering)
    }
  }

  private func readLines(
    _ file: AnnotationFile, into gathering: inout Gathering
  ) throws(DatasetError) {
    try file.forEachLine { line throws(DatasetError) in
      try gathering.record(line.name) { gathering throws(DatasetError.Problem) in
        let row: Row
        do throws(JSONError) {
          row = try JSONReader.read(line.bytes, Row.init)
        } catch {
          throw .notJSON(error)
        }
        guard let name = row.fileName else { throw .missingField("file_name") }
        guard let caption = row.text ?? row.caption else { throw .missingField("text") }
        try add(name, caption, to: &gathering)
      }
    }
  }

  private func add(
    _ name: String, _ caption: String, to gathering: inout Gathering
  ) throws(DatasetError.Problem) {
    let first = name.prefix { $0 != "/" }
    let split = first.endIndex == name.endIndex ? nil : CaptionDataset.Split(named: String(first))
    try gathering.addCaption(caption, toFile: name, split: split)
  }
}

private struct Row {
  var fileName: String?
  var text: String?
  var caption: String?

  init(_ reader: inout JSONReader) throws(JSONError) {
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "file_name": fileName = try reader.readString()
      case "text": text = try reader.readString()
      case "caption": caption = try reader.readString()
      default: try reader.skipValue()
      }
    }
  }
}
