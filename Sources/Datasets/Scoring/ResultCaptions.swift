import Files

/// The captions that a program wrote, in any of the usual forms.
///
///     [{"image_id": 9, "caption": "a dog"}]                                  COCO results
///     {"9": ["a dog"], "25": ["a cat"]}                                      texts by id
///     {"file": "a.jpg", "segments": [{"captions": [{"text": "a dog"}]}]}     cutline, alone, in a list or in lines
///     a.jpg<TAB>a dog                                                        with or without names of columns
///     image_id,caption                                                       CSV, with names of columns
///
/// A folder has a text for each picture: `a.txt`, `a.jpg.txt` or `a.caption`. If there are several captions of a
/// picture, the first is the best. Names of members and columns are compared without case, `_`, `-` and blanks.
package struct ResultCaptions: Sendable {
  package struct Row: Sendable, Equatable {
    /// Its place in the file, such as "line 3".
    package var record: String
    /// The id or the file of the picture.
    package var picture: String
    /// The file of the picture, if there is an id, too.
    package var file: String?
    /// True if the id is a text in the file, false if it is a number; nil where the form does not tell.
    package var isText: Bool?
    /// The captions, the best first; none if the program wrote none.
    package var captions: [String]
    /// The confidence of the best caption, as the program states it; nil if it does not.
    package var confidence: Double?

    package init(
      record: String, picture: String, file: String? = nil, isText: Bool? = nil,
      captions: [String], confidence: Double? = nil
    ) {
      (self.record, self.picture, self.file) = (record, picture, file)
      (self.isText, self.captions, self.confidence) = (isText, captions, confidence)
    }
  }

  package let path: String
  package let rows: [Row]

  package init(_ path: String, _ rows: [Row]) { (self.path, self.rows) = (path, rows) }

  /// Reads results.
  ///
  /// - Parameters:
  ///   - path: A file or folder.
  ///   - captionColumn: The column or member of the captions; nil for one of the usual names.
  /// - Throws: `DatasetError`, if they cannot be read or are in none of the forms.
  package init(at path: String, captionColumn: String? = nil) throws(DatasetError) {
    let rows =
      try isFolder(path)
      ? Self.texts(in: path) : Self.rows(in: AnnotationFile(path), captionColumn)
    guard !rows.isEmpty else { throw DatasetError(path, .noResults) }
    self.init(path, rows)
  }

  private static func rows(
    in file: AnnotationFile, _ captionColumn: String?
  ) throws(DatasetError) -> [Row] {
    let isJSON = file.withText { bytes in
      bytes.first { $0 != 0x20 && !(9...13).contains($0) }
        .map { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "{") } ?? false
    }
    return try isJSON ? jsonRows(of: file, captionColumn) : tableRows(of: file, captionColumn)
  }

  // MARK: Folders

  private static let textExtensions = ["txt", "caption"]
  private static let maximumTextSize = 1 << 20

  private static func texts(in path: String) throws(DatasetError) -> [Row] {
    let folder = PictureFolder(path: path, followsLinks: false)
    var rows: [Row] = []
    try FolderTour(folder: folder).visit { stop throws(DatasetError) in
      for name in stop.files where textExtensions.contains(fileExtension(of: name)) {
        let file = stop.prefix + name
        let lines: [String]
        do throws(DatasetError.Problem) {
          lines = captionLines(try folder.text(of: file, limit: maximumTextSize))
        } catch {
          throw DatasetError(path, record: file, error)
        }
        rows.append(
          Row(record: file, picture: stem(file), captions: lines.isEmpty ? [""] : lines))
      }
      return true
    }
    return rows
  }

  // MARK: Tables

  private static let idNames = ["image id", "id", "video id", "img id", "clip id"]

  /// Reads a table with names of columns, or lines of `picture<TAB>caption`.
  private static func tableRows(
    of file: AnnotationFile, _ captionColumn: String?
  ) throws(DatasetError) -> [Row] {
    if let header = file.header {
      let captions = header.captionPlaces(captionColumn)
      let picture = header.place(of: idNames) ?? header.picturePlace
      if let picture, !captions.isEmpty {
        return try rows(of: file, header, picture: picture, captions: captions)
      }
      if captionColumn != nil || picture != nil
        || header.separator != UInt8(ascii: "\t") && header.columns.count > 1
      {
        throw DatasetError(file.path, .noResultColumns(found: header.columns))
      }
    }
    var rows: [Row] = []
    try file.forEachLine { line throws(DatasetError) in
      do throws(DatasetError.Problem) {
        let columns = try line.text().split(
          separator: "\t", maxSplits: 1, omittingEmptySubsequences: false)
        guard columns.count == 2 else { throw .noTab }
        rows.append(
          Row(
            record: line.name, picture: unescaped(String(columns[0])),
            captions: [String(columns[1])]))
      } catch {
        throw DatasetError(file.path, record: line.name, error)
      }
    }
    return rows
  }

  private static func rows(
    of file: AnnotationFile, _ header: TableHeader, picture: Int, captions: [Int]
  ) throws(DatasetError) -> [Row] {
    var rows: [Row] = []
    var skippedCount = 0
    try file.forEachRecord(separatedBy: header.separator) { record throws(DatasetError) in
      if skippedCount <= header.recordsAbove {
        skippedCount += 1
        return
      }
      do throws(DatasetError.Problem) {
        let fields = try record.fields.get()
        if fields.allSatisfy({ trimmed($0).isEmpty }) { return }
        guard fields.count == header.columns.count else {
          throw .wrongColumnCount(expected: header.columns.count, found: fields.count)
        }
        let isBlank = captions.allSatisfy { trimmed(fields[$0]).isEmpty }
        rows.append(
          Row(
            record: record.name, picture: trimmed(fields[picture]),
            captions: isBlank
              ? [""] : captions.map { fields[$0] }.filter { !trimmed($0).isEmpty }))
      } catch {
        throw DatasetError(file.path, record: record.name, error)
      }
    }
    return rows
  }
}
