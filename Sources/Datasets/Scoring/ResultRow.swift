import Files

// Results in JSON.

extension ResultCaptions {
  /// Reads one list, lines, one object, or an object with lists or texts by id.
  static func jsonRows(
    of file: AnnotationFile, _ captionColumn: String?
  ) throws(DatasetError) -> [Row] {
    var rows: [Row] = []
    func add(_ record: ResultRecord, _ name: String) throws(DatasetError) {
      do throws(DatasetError.Problem) {
        rows.append(try record.row(name))
      } catch {
        throw DatasetError(file.path, record: name, error)
      }
    }
    if file.isInLines {
      try file.forEachLine { line throws(DatasetError) in
        let bytes = UnsafeRawBufferPointer(rebasing: withoutTrailingComma(line.bytes))
        guard !bytes.isEmpty else { return }
        let record: ResultRecord
        do throws(JSONError) {
          record = try JSONReader.read(bytes, takingNaN: true) { reader throws(JSONError) in
            try ResultRecord(&reader, captionColumn)
          }
        } catch {
          throw DatasetError(file.path, record: line.name, .notJSON(error))
        }
        try add(record, line.name)
      }
      return rows
    }
    let found = try file.json { reader throws(JSONError) in
      try ResultDocument(&reader, captionColumn)
    }
    for (name, record) in found.records { try add(record, name) }
    if rows.isEmpty, !found.isEmpty {
      throw DatasetError(
        file.path,
        .unknownResults("an object without ids and captions"))
    }
    return rows
  }
}

/// The records of a document, with their places.
private struct ResultDocument {
  var records: [(name: String, record: ResultRecord)] = []
  var isEmpty = true

  init(_ reader: inout JSONReader, _ captionColumn: String?) throws(JSONError) {
    if try reader.peek() == .array {
      try reader.beginArray()
      while try reader.nextElement() {
        isEmpty = false
        records.append(("[\(records.count)]", try ResultRecord(&reader, captionColumn)))
      }
      return
    }
    let start = reader
    let record = try ResultRecord(&reader, captionColumn)
    isEmpty = false
    if record.isRecord {
      records = [("the object", record)]
      return
    }
    reader = start
    try readMembers(&reader, captionColumn)
  }

  /// Reads lists of records, as in `{"annotations": […]}`, and captions by id, as in `{"9": ["a dog"]}`.
  private mutating func readMembers(
    _ reader: inout JSONReader, _ captionColumn: String?
  ) throws(JSONError) {
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch try reader.peek() {
      case .string:
        records.append(
          (jsonString(key), ResultRecord(picture: key, captions: try reader.textsField())))
      case .array:
        var texts: [Field<String>] = []
        var count = 0
        try reader.beginArray()
        while try reader.nextElement() {
          defer { count += 1 }
          guard try reader.peek() == .object else {
            texts.append(try reader.textField())
            continue
          }
          let record = try ResultRecord(&reader, captionColumn)
          if record.isRecord {
            records.append(("\(key)[\(count)]", record))
          } else if case .value(let found) = record.captions {
            texts += found.texts
          }
        }
        guard !texts.isEmpty else { continue }
        records.append(
          (
            jsonString(key),
            ResultRecord(picture: key, captions: .value(Texts(isList: true, texts: texts)))
          ))
      default: try reader.skipValue()
      }
    }
  }
}

/// A record of results, whose members may be missing or of the wrong kind.
struct ResultRecord {
  private static let idMembers = ["image_id", "id", "video_id", "img_id", "clip_id"]

  private var isObject = Field<Void>.missing
  private var id = Field<RecordID>.missing
  private var hasTextID = false
  private var file = Field<Texts>.missing
  fileprivate private(set) var captions = Field<Texts>.missing
  /// The captions of each part of a clip, and the confidence.
  private var segments: [(captions: [String], confidence: Double?)]?
  private var confidence: Double?
  /// True if the program says that it wrote no caption.
  private var isWithout = false

  fileprivate init(picture: String, captions: Field<Texts>) {
    isObject = .value(())
    (file, self.captions) = (.value(Texts(isList: false, texts: [.value(picture)])), captions)
  }

  init(_ reader: inout JSONReader, _ captionColumn: String?) throws(JSONError) {
    var captionKey: String?
    isObject = try reader.objectField { key, reader throws(JSONError) in
      if isCalled(key, "segments"), try reader.peek() == .array {
        segments = try JSONValue(next: &reader).elements?.map { segment in
          (
            segment["captions"]?.elements?.compactMap { $0["text"]?.string } ?? [],
            segment["confidence"]?.number
          )
        }
      } else if isCalled(key, "confidence"), try reader.peek() == .number {
        confidence = try reader.readNumber()
      } else if isCalled(key, "error"), try reader.peek() == .object {
        isWithout = true
        try reader.skipValue()
      } else if isCalled(key, "withheld"), try reader.peek() == .boolean {
        isWithout = try reader.readBoolean()
      } else if Self.idMembers.contains(where: { isCalled(key, $0) }) {
        hasTextID = try reader.peek() == .string
        id = try reader.idField()
      } else if CaptionRow.pictureMembers.contains(where: { isCalled(key, $0) }) {
        let found = try reader.textsField()
        if case .missing = file { file = found }
      } else if CaptionRow.isCaption(key, captionColumn), captionKey == nil || captionKey == key {
        // Of a repeated member the last counts, as for Python.
        let found = try reader.textsField()
        if case .missing = found, captionKey == nil { return }
        (captions, captionKey) = (found, key)
      } else {
        try reader.skipValue()
      }
    }
  }

  /// True if it says which picture it is about.
  fileprivate var isRecord: Bool { !id.isMissing || !file.isMissing }

  /// - Parameter name: The place in the file.
  /// - Returns: The row.
  /// - Throws: The fault of the record.
  func row(_ name: String) throws(DatasetError.Problem) -> ResultCaptions.Row {
    try isObject.requireObject()
    let picture: String
    var named: String?
    if let id = try id.optional("image_id", "a whole number or a text") {
      picture = id.text
      if case .value(let files) = file, files.texts.count == 1,
        case .value(let name) = files.texts[0]
      {
        named = name
      }
    } else if let files = try file.optional("file"), files.texts.count == 1 {
      picture = try files.texts[0].required("file")
    } else {
      throw .missingField("image_id' or 'file")
    }
    var texts: [String] = []
    if let segments, segments.count > 1 {
      throw .wrongValue(
        member: "segments",
        expected: "1, the caption of a whole clip (leave out --every and --scenes)",
        found: "\(segments.count)")
    } else if let segments {
      texts = segments.first?.captions ?? []
    } else if !isWithout {
      let found = try captions.required("caption")
      for (place, text) in found.texts.enumerated() {
        texts.append(try text.required(found.isList ? "captions[\(place)]" : "caption"))
      }
    }
    return ResultCaptions.Row(
      record: name, picture: picture, file: named, isText: id.isMissing ? nil : hasTextID,
      captions: isWithout ? [] : texts,
      confidence: segments?.first?.confidence ?? confidence)
  }
}
