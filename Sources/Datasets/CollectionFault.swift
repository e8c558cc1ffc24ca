import Files
import Media

extension CollectionFolder {
  /// The number of files that are examined for a reason.
  private static let examinedCount = 20

  /// Returns the reason why no format fits: a file that may have been intended but is damaged or
  /// not quite in one of the formats, or that there is none.
  func reasonForNoCaptions(
    at named: String, _ formats: [any CaptionFormat]
  ) -> DatasetError {
    var unknown: [(file: String, outline: String)] = []
    for file in files.prefix(Self.examinedCount) {
      do throws(DatasetError) {
        let content = try AnnotationFile(path(file))
        if isJSON(file, content) {
          try check(file, content)
          unknown.append((path(file), outline(of: file).description))
        } else if let (line, problem) = fault(of: content, isTable: isOneFile || isTableName(file))
        {
          throw DatasetError(path(file), record: "line \(line)", problem)
        }
      } catch {
        return error
      }
    }
    if isOneFile, let found = unknown.first?.outline {
      return DatasetError(named, .unknownJSON(found: found, captionColumn: choices.captionColumn))
    }
    if let (file, form, advice) = unreadForm {
      return DatasetError(path(file), .unreadForm(form, advice: advice))
    }
    return DatasetError(
      named,
      .noCaptions(
        looked: formats.map(\.layout), unknown: unknown.map { "\($0.file): \($0.outline)" }))
  }

  /// Returns true if a file is JSON by its name or its first bytes.
  private func isJSON(_ file: String, _ content: AnnotationFile) -> Bool {
    ["json", "jsonl", "ndjson"].contains(fileExtension(of: file))
      || outline(of: file) != JSONOutline()
  }

  /// Throws if a JSON file is damaged, or in a known format that is not read.
  private func check(_ file: String, _ content: AnnotationFile) throws(DatasetError) {
    if outline(of: file).has("file_path", "split", in: "images") {
      throw DatasetError(path(file), .unreadForm(Self.cocotalk, advice: Self.adviceOnCocotalk))
    }
    if !content.isInLines {
      try content.json { reader throws(JSONError) in try reader.skipValue() }
    }
  }

  private static let cocotalk =
    "what neuraltalk2's prepro.py writes, with the captions in an .h5 file"
  private static let adviceOnCocotalk = "Name the JSON that prepro.py was given."

  private func isTableName(_ file: String) -> Bool {
    ["csv", "tsv"].contains(fileExtension(of: file))
  }

  /// Returns the error of a file that is a table, or has the columns of one, with its line.
  private func fault(
    of content: AnnotationFile, isTable: Bool
  ) -> (line: Int, problem: DatasetError.Problem)? {
    guard let header = content.header else {
      guard isTable else { return nil }
      return (1, .notText)
    }
    guard header.columns.count > 1 else { return nil }
    if let first = header.columns.first, MediaKind(fileName: first) != nil {
      let isTabbed = header.separator == UInt8(ascii: "\t")
      return isTabbed ? nil : (header.line, .noHeader(firstField: first))
    }
    guard isTable || header.picturePlace != nil else { return nil }
    do throws(DatasetError.Problem) {
      _ = try header.requiredPicture()
      _ = try header.requiredCaptions(choices.captionColumn)
      return nil
    } catch {
      return (header.line, error)
    }
  }

  /// A file in a known format that is not read.
  private var unreadForm: (file: String, form: String, advice: String)? {
    let forms: [(extensions: [String], form: String, advice: String)] = [
      (
        ["parquet", "arrow"], "a table of Apache's Arrow or Parquet",
        "Unpack it; datasets/README.md shows how."
      ),
      (["h5", "hdf5"], "HDF5", "Name the JSON or table that it was made of."),
      (["xlsx", "xls", "ods"], "a spreadsheet", "Save it as CSV in UTF-8."),
      (["tgz", "zip", "gz", "bz2", "xz", "zst", "7z", "rar"], "an archive", "Unpack it."),
    ]
    var found: (file: String, form: String, advice: String)?
    func look(at candidates: [String]) -> Bool {
      for (extensions, form, advice) in forms where found == nil {
        if let file = candidates.first(where: { extensions.contains(fileExtension(of: $0)) }) {
          found = (file, form, advice)
        }
      }
      return found == nil
    }
    if isOneFile {
      _ = look(at: files)
    } else {
      let tour = FolderTour(
        folder: PictureFolder(path: path, followsLinks: choices.followsLinks))
      try? tour.visit { stop in look(at: stop.files.map { stop.prefix + $0 }) }
    }
    return found
  }
}
