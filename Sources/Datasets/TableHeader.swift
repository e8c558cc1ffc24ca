import Files

/// The first line of a table, which names its columns.
///
/// Names are compared loosely: without case, blanks, `_` and `-`. Columns are separated by a comma,
/// a semicolon, a tab or a `|`, or by the character that a line above announces, as Excel writes:
/// `sep=;`.
struct TableHeader {
  let separator: UInt8
  /// The number of records above the header.
  let recordsAbove: Int
  /// The line of the header, counted from 1.
  let line: Int
  /// The columns, as written.
  let columns: [String]
  private let keys: [String]

  /// The usual names of columns of pictures and clips, the likeliest first.
  static let pictureNames = [
    "image", "file name", "image name", "image path", "image file", "image file name",
    "video file name", "file", "file path", "path", "img", "img path", "img name", "picture",
    "photo", "video", "video path", "video name", "video file", "clip", "clip name", "image id",
    "video id", "clip id",
  ]
  /// The usual names of columns of captions, the likeliest first.
  static let captionNames = [
    "text", "caption", "captions", "comment", "prompt", "description", "sentence", "sentences",
    "caption text", "raw", "report",
  ]
  private static let separators = [",", "\t", ";", "|"].map { UInt8(ascii: $0) }

  /// Reads the first line of a text; nil if it is no header.
  ///
  /// Of several possible separators the one is used that yields a column of pictures, and the most
  /// columns.
  init?(_ text: some Collection<UInt8>) {
    let bytes = Array(text)
    let headers =
      Self.announcedSeparator(bytes).map { [TableHeader(bytes, separator: $0, below: 1)] }
      ?? Self.separators.map { TableHeader(bytes, separator: $0, below: 0) }
    let scored = headers.compactMap(\.self).map { header in
      (header, score: (header.picturePlace == nil ? 0 : 1 << 20) + header.columns.count)
    }
    guard let best = scored.max(by: { $0.score < $1.score })?.0 else { return nil }
    self = best
  }

  private init?(_ bytes: [UInt8], separator: UInt8, below recordsAbove: Int) {
    let record = bytes.withUnsafeBytes { bytes -> CSVRecord? in
      var reader = CSVReader(bytes, separator: separator)
      for _ in 0..<recordsAbove { _ = reader.next() }
      return reader.next()
    }
    guard let record, let columns = try? record.fields.get() else { return nil }
    (self.separator, self.recordsAbove, line) = (separator, recordsAbove, record.line)
    self.columns = columns.map(trimmed)
    keys = columns.map(looseKey)
  }

  /// Returns the separator that the first line announces: `sep=;`, or `"sep=;"`.
  private static func announcedSeparator(_ text: [UInt8]) -> UInt8? {
    let line = text.prefix { $0 != 0x0A && $0 != 0x0D }.filter { $0 != UInt8(ascii: "\"") }
    guard line.count == 5, String(decoding: line.prefix(4), as: UTF8.self).lowercased() == "sep="
    else { return nil }
    return line[4]
  }

  /// Returns the index of the first of `names` that exists.
  func place(of names: [String]) -> Int? {
    names.lazy.compactMap { keys.firstIndex(of: looseKey($0)) }.first
  }

  func has(_ names: String...) -> Bool { names.allSatisfy { place(of: [$0]) != nil } }

  /// Returns the indices of the captions: the columns called `chosen`, or those of the first usual
  /// name that exists, `caption` as well as `captions` and `caption 2`.
  func captionPlaces(_ chosen: String?) -> [Int] {
    if let chosen { return keys.indices.filter { keys[$0] == looseKey(chosen) } }
    let kinds = keys.map(captionKind)
    let first = Self.captionNames.lazy.map(captionKind).first(where: kinds.contains)
    return kinds.indices.filter { kinds[$0] == first }
  }

  /// Returns the columns with names of captions that are not read.
  func unreadCaptions(_ chosen: String?) -> [String] {
    let read = captionPlaces(chosen)
    guard chosen == nil else { return [] }
    let known = Set(Self.captionNames.map(captionKind))
    return keys.indices.filter { known.contains(captionKind(keys[$0])) && !read.contains($0) }
      .map { columns[$0] }
  }

  var splitPlace: Int? { place(of: ["split"]) }

  var picturePlace: Int? { place(of: Self.pictureNames) }
}

extension Gathering {
  /// Reads a table whose first record names its columns.
  ///
  /// - Parameters:
  ///   - file: The table.
  ///   - columns: Returns the indices of the required columns, or throws.
  ///   - body: Receives the fields of one record in these columns.
  /// - Throws: The error of the header, or of a record, unless bad records are left out.
  mutating func readTable(
    _ file: AnnotationFile, columns: (TableHeader) throws(DatasetError.Problem) -> [Int],
    _ body: (inout Gathering, [String]) throws(DatasetError.Problem) -> Void
  ) throws(DatasetError) {
    guard let header = file.header else { throw DatasetError(file.path, .notText) }
    let places: [Int]
    do throws(DatasetError.Problem) {
      places = try columns(header)
    } catch {
      throw DatasetError(file.path, record: "line \(header.line)", error)
    }
    note(unreadCaptions: header.unreadCaptions(choices.captionColumn))
    var skippedCount = 0
    try file.forEachRecord(separatedBy: header.separator) { record throws(DatasetError) in
      if skippedCount <= header.recordsAbove {
        skippedCount += 1
        return
      }
      // Excel writes empty rows below the last one.
      if let fields = try? record.fields.get(), fields.allSatisfy({ trimmed($0).isEmpty }) {
        return
      }
      try self.record(record.name) { gathering throws(DatasetError.Problem) in
        var fields = try record.fields.get()
        if header.separator == UInt8(ascii: "|") { fields = fields.map(trimmed) }
        fields = header.mended(fields)
        guard fields.count == header.columns.count else {
          throw .wrongColumnCount(expected: header.columns.count, found: fields.count)
        }
        try body(&gathering, places.map { fields[$0] })
      }
    }
  }
}

extension TableHeader {
  /// Returns the index of one of `names`, which must exist.
  func required(
    _ names: [String], calling title: String
  ) throws(DatasetError.Problem) -> Int {
    guard let place = place(of: names) else { throw .missingColumn(title, found: columns) }
    return place
  }

  /// Returns the indices of the captions, of which there must be one.
  func requiredCaptions(_ chosen: String?) throws(DatasetError.Problem) -> [Int] {
    let places = captionPlaces(chosen)
    guard !places.isEmpty else {
      throw .missingColumn(chosen.map { "'\($0)'" } ?? "'text' or 'caption'", found: columns)
    }
    return places
  }

  /// Returns the index of the pictures, which must exist.
  func requiredPicture() throws(DatasetError.Problem) -> Int {
    try required(Self.pictureNames, calling: "'image' or 'file_name'")
  }

  /// Returns the fields of a record, corrected.
  ///
  /// Kaggle's Flickr30k has a record without the separator after its number: `2199200615.jpg| 4   A
  /// dog runs across the grass .`
  fileprivate func mended(_ fields: [String]) -> [String] {
    guard fields.count == columns.count - 1, let number = place(of: ["comment number"]),
      fields.indices.contains(number)
    else { return fields }
    let field = fields[number]
    let digits = field.prefix(while: \.isNumber)
    let rest = field[digits.endIndex...]
    guard !digits.isEmpty, rest.first?.isWhitespace == true else { return fields }
    return fields[..<number] + [String(digits), trimmed(String(rest))] + fields[(number + 1)...]
  }
}

extension AnnotationFile {
  /// The first line as names of columns; nil if it is no text.
  var header: TableHeader? { withText { TableHeader($0.prefix(1 << 16)) } }
}
