import Files

/// A record of JSON that captions a picture or clip.
///
/// The names of its members vary, and are compared without case, `_`, `-` and blanks.
struct CaptionRow {
  /// The usual names of members with the name of a picture or clip, the more specific first.
  static let pictureMembers = [
    "file_name", "image", "image_path", "file_path", "path", "image_name", "img", "img_path",
    "image_file_name", "image_file", "file", "img_name", "picture", "photo", "video", "video_path",
    "video_file_name", "video_name", "video_file", "video_id", "clip", "clip_name",
  ]
  /// The usual names of members with captions, the more specific first.
  static let captionMembers = [
    "text", "caption", "captions", "enCap", "caption_str", "prompt", "description", "sentence",
    "sentences", "report", "caption_text", "comment",
  ]
  private static let splitMembers = ["split", "set_name"]

  private(set) var isObject = Field<Void>.missing
  /// The members whose captions are read: all of the first kind that exists, such as `caption` and
  /// `captions`.
  private(set) var captions: [(member: String, texts: Field<Texts>)] = []
  /// Further members with names of captions, which are not read.
  private(set) var unreadCaptions: [String] = []
  private(set) var split = Field<String>.missing
  /// The names in each of the members that exist.
  private var pictures: [(rank: Int, member: String, names: Field<Texts>)] = []

  /// Reads a record.
  ///
  /// - Parameters:
  ///   - reader: A reader before the record.
  ///   - captionColumn: The member with the captions; nil for the first of the usual ones.
  /// - Throws: The position of invalid JSON.
  init(_ reader: inout JSONReader, captionColumn: String?) throws(JSONError) {
    var found: [(member: String, texts: Field<Texts>)] = []
    isObject = try reader.objectField { key, reader throws(JSONError) in
      if Self.isCaption(key, captionColumn) {
        let texts = try reader.textsField()
        if case .missing = texts { return }
        found.append((key, texts))
      } else if let rank = Self.rank(of: key, in: Self.pictureMembers) {
        pictures.append((rank, key, try Self.names(&reader)))
      } else if Self.rank(of: key, in: Self.splitMembers) != nil {
        split = try reader.textField()
      } else {
        try reader.skipValue()
      }
    }
    pictures.sort { $0.rank < $1.rank }
    // Blank members count only if all are blank.
    let filled = found.filter { !$0.texts.isBlank }
    let rest = filled.isEmpty ? found : filled
    let kind = Self.captionKinds.first { kind in
      rest.contains { captionKind($0.member) == kind }
    }
    captions = captionColumn == nil ? rest.filter { captionKind($0.member) == kind } : rest
    unreadCaptions =
      captionColumn == nil
      ? rest.map(\.member).filter { captionKind($0) != kind } : []
  }

  private static let captionKinds = captionMembers.map(Datasets.captionKind)

  /// Returns true if a member holds captions: the chosen one, or one with a usual name, with or
  /// without a number.
  static func isCaption(_ member: String, _ captionColumn: String?) -> Bool {
    if let captionColumn { return isCalled(member, captionColumn) }
    return captionKinds.contains(captionKind(member))
  }

  /// Reads a list of records.
  static func list(
    _ reader: inout JSONReader, captionColumn: String?
  ) throws(JSONError) -> [CaptionRow] {
    var rows: [CaptionRow] = []
    try reader.beginArray()
    while try reader.nextElement() {
      rows.append(try CaptionRow(&reader, captionColumn: captionColumn))
    }
    return rows
  }

  private static func rank(of key: String, in members: [String]) -> Int? {
    members.firstIndex { isCalled(key, $0) }
  }

  /// Reads names, which may be numbers; one record may name several pictures.
  private static func names(_ reader: inout JSONReader) throws(JSONError) -> Field<Texts> {
    guard try reader.peek() == .number else { return try reader.textsField() }
    return try reader.idField().map { Texts(isList: false, texts: [.value($0.text)]) }
  }

  var namesPicture: Bool { !pictures.isEmpty }

  /// Returns the members with captions, at least one; an empty list becomes one blank caption,
  /// which is reported.
  ///
  /// - Parameter member: The name of the member where there is none.
  /// - Returns: The members and their texts.
  fileprivate func usedCaptions(lacking member: String) -> [(member: String, texts: Field<Texts>)] {
    if captions.isEmpty { return [(member, .missing)] }
    return captions.map { member, field in
      (member, field.map { $0.texts.isEmpty ? Texts(isList: false, texts: [.value("")]) : $0 })
    }
  }

  /// Returns the same record for the picture in the file `name`.
  func naming(_ name: String) -> CaptionRow {
    var row = self
    row.pictures = [(0, "image", .value(Texts(isList: false, texts: [.value(name)])))]
    return row
  }

  /// Returns true if records with these members have a picture and captions.
  static func fits(_ keys: Set<String>, captionColumn: String?) -> Bool {
    keys.contains { rank(of: $0, in: pictureMembers) != nil }
      && keys.contains { isCaption($0, captionColumn) }
  }

  /// Returns the named pictures, with their alternative names.
  func namedPictures() throws(DatasetError.Problem) -> [Gathering.Picture] {
    try isObject.requireObject()
    let split = try split.knownSplit()
    var names: [[String]] = []
    for (_, member, field) in pictures {
      guard let texts = try field.optional(member) else { continue }
      var found: [String] = []
      for (number, text) in texts.texts.enumerated() {
        found.append(try text.required(texts.isList ? "\(member)[\(number)]" : member))
      }
      names.append(found)
    }
    guard let first = names.first, !first.isEmpty else {
      throw .missingField(pictures.first?.member ?? "image")
    }
    return first.map { name in
      var picture = Gathering.Picture(name)
      // Other members are alternative names of a single picture; a mere number may be that of
      // anything.
      if first.count == 1 {
        picture.otherNames = names.dropFirst().filter { $0.count == 1 }.flatMap(\.self)
          .filter { Int($0) == nil && !trimmed($0).isEmpty }
      }
      picture.split = split
      return picture
    }
  }
}

extension Field<Texts> {
  /// Returns this field with the texts of `other` appended: a record may have `caption` and
  /// `captions`.
  func joined(_ other: Field) -> Field {
    switch (self, other) {
    case (_, .missing), (.wrong, _): self
    case (.missing, _), (_, .wrong): other
    case (.value(let first), .value(let second)):
      .value(Texts(isList: true, texts: first.texts + second.texts))
    }
  }
}

extension Gathering {
  /// Adds the pictures and captions of a record.
  ///
  /// - Parameters:
  ///   - row: The record.
  ///   - name: The name of the record in messages.
  ///   - member: The name of the missing member if there are no captions.
  ///   - split: The split, if the record does not state it.
  ///   - check: Throws the error of a picture.
  /// - Throws: The error of the record, unless bad records are left out.
  mutating func add(
    _ row: CaptionRow, _ name: @autoclosure () -> String, lacking member: String = "caption",
    split: (String) -> CaptionDataset.Split? = { _ in nil },
    check: (String) throws(DatasetError.Problem) -> Void = { _ in }
  ) throws(DatasetError) {
    var pictures: [Picture] = []
    let captions = row.usedCaptions(lacking: choices.captionColumn ?? member)
    let isRead = try record(name()) { _ throws(DatasetError.Problem) in
      pictures = try row.namedPictures()
      // With lists of different lengths the captions cannot be assigned to pictures.
      let lists = captions.compactMap { member, field -> (member: String, count: Int)? in
        if case .value(let texts) = field { (member, texts.texts.count) } else { nil }
      }
      let count = lists.reduce(0) { $0 + $1.count }
      if pictures.count > 1, let first = lists.first, count > 1 {
        throw .wrongValue(
          member: first.member, expected: "one text, as there are \(pictures.count) pictures",
          found: "a list of \(count)")
      }
      for index in pictures.indices {
        try notBlank(pictures[index].name)
        try check(pictures[index].name)
        pictures[index].split = pictures[index].split ?? split(pictures[index].name)
      }
    }
    guard isRead else { return }
    note(unreadCaptions: row.unreadCaptions)
    for (member, texts) in captions {
      try addCaptions(texts, of: name(), member) {
        gathering, caption throws(DatasetError.Problem) in
        for picture in pictures { try gathering.addCaption(caption, to: picture) }
      }
    }
  }
}
