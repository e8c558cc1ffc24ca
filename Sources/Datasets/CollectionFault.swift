import Files
import Media

extension CollectionFolder {
  /// How many files are looked into for a reason.
  private static let examinedCount = 20

  /// Why no form fits: a file that may well have been meant, but is damaged or not quite in one of the
  /// forms, or that there is none.
  func reasonForNoCaptions(
    at named: String, _ formats: [any CaptionFormat]
  ) -> DatasetError {
    for file in files.prefix(Self.examinedCount) {
      do throws(DatasetError) {
        let content = try AnnotationFile(path(file))
        if let problem = fault(of: content, isTable: isOneFile || isTableName(file)) {
          throw DatasetError(path(file), record: "line 1", problem)
        }
        guard fileExtension(of: file) == "json" else { continue }
        if outline(of: file).has("file_path", "split", in: "images") {
          throw DatasetError(path(file), .unreadForm(Self.cocotalk, advice: Self.adviceOnCocotalk))
        }
        try content.json { reader throws(JSONError) in try reader.skipValue() }
      } catch {
        return error
      }
    }
    if let (file, form, advice) = unreadForm {
      return DatasetError(path(file), .unreadForm(form, advice: advice))
    }
    return DatasetError(named, .noCaptions(looked: formats.map(\.layout)))
  }

  private static let cocotalk =
    "what neuraltalk2's prepro.py writes, with the captions in an .h5 file"
  private static let adviceOnCocotalk = "Name the JSON that prepro.py was given."

  private func isTableName(_ file: String) -> Bool {
    ["csv", "tsv"].contains(fileExtension(of: file))
  }

  /// What is wrong with a file that is a table, or has the columns of one.
  private func fault(of content: AnnotationFile, isTable: Bool) -> DatasetError.Problem? {
    guard let header = content.header, header.columns.count > 1 else { return nil }
    if let first = header.columns.first, MediaKind(fileName: first) != nil {
      return header.separator == UInt8(ascii: "\t") ? nil : .noHeader(firstField: first)
    }
    guard isTable || header.picturePlace != nil else { return nil }
    do throws(DatasetError.Problem) {
      _ = try header.requiredPicture()
      _ = try header.requiredCaptions(choices.captionColumn)
      return nil
    } catch {
      return error
    }
  }

  /// A file in a form that is known, and cannot be read.
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
