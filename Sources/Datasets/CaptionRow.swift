import Files

/// A record of JSON that says what a picture or clip shows, with members that are called this or that.
struct CaptionRow {
  /// What members with the name of a picture or clip are called, the more telling first.
  static let pictureMembers = [
    "file_name", "image", "image_path", "file_path", "filename", "path", "image_name", "img",
    "img_path", "image_file_name", "video", "video_path", "video_file_name", "videoID", "video_id",
    "clip",
  ]
  /// What members with captions are called, the more telling first.
  static let captionMembers = [
    "text", "caption", "captions", "enCap", "caption_str", "prompt", "description", "sentence",
    "sentences", "report",
  ]
  private static let splitMembers = ["split", "set_name"]

  private(set) var isObject = Field<Void>.missing
  private(set) var captions = Field<Texts>.missing
  /// What the member of the captions is called.
  private(set) var captionMember: String?
  private(set) var split = Field<String>.missing
  /// The names under each of the members that there are.
  private var pictures: [(rank: Int, member: String, names: Field<Texts>)] = []

  /// Reads a record.
  ///
  /// - Parameters:
  ///   - reader: In front of it.
  ///   - captionColumn: The member with the captions; nil for the first of the usual ones.
  /// - Throws: Where it is no JSON.
  init(_ reader: inout JSONReader, captionColumn: String?) throws(JSONError) {
    let captionMembers = captionColumn.map { [$0] } ?? Self.captionMembers
    var captionRank = Int.max
    isObject = try reader.objectField { key, reader throws(JSONError) in
      if let rank = captionMembers.firstIndex(of: key), rank < captionRank {
        let found = try reader.textsField()
        if case .missing = found { return }
        (captionRank, captionMember, captions) = (rank, key, found)
      } else if let rank = Self.pictureMembers.firstIndex(of: key) {
        pictures.append((rank, key, try Self.names(&reader)))
      } else if Self.splitMembers.contains(key) {
        split = try reader.textField()
      } else {
        try reader.skipValue()
      }
    }
    pictures.sort { $0.rank < $1.rank }
  }

  /// Names may be numbers, and one record may name several pictures.
  private static func names(_ reader: inout JSONReader) throws(JSONError) -> Field<Texts> {
    guard try reader.peek() == .number else { return try reader.textsField() }
    return try reader.idField().map { Texts(isList: false, texts: [.value($0.text)]) }
  }

  var namesPicture: Bool { !pictures.isEmpty }

  /// The same record, of the picture in the file `name`.
  func naming(_ name: String) -> CaptionRow {
    var row = self
    row.pictures = [(0, "image", .value(Texts(isList: false, texts: [.value(name)])))]
    return row
  }

  /// Whether records with these members are such.
  static func fits(_ keys: Set<String>, captionColumn: String?) -> Bool {
    let captionMembers = captionColumn.map { [$0] } ?? captionMembers
    return pictureMembers.contains(where: keys.contains)
      && captionMembers.contains(where: keys.contains)
  }

  /// The pictures that are named, with what else they may be called.
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
      // Other members tell a single picture by another name.
      if first.count == 1 {
        picture.otherNames = names.dropFirst().filter { $0.count == 1 }.flatMap(\.self)
      }
      picture.split = split
      return picture
    }
  }
}

extension Gathering {
  /// Adds what a record says.
  ///
  /// - Parameters:
  ///   - row: The record.
  ///   - name: What messages call it.
  ///   - member: What the captions are called where there are none.
  ///   - split: What its pictures are for, where the record does not say it.
  ///   - check: Throws what is wrong with a picture.
  /// - Throws: What is wrong with the record, unless bad records are left out.
  mutating func add(
    _ row: CaptionRow, _ name: @autoclosure () -> String, lacking member: String = "caption",
    split: (String) -> CaptionDataset.Split? = { _ in nil },
    check: (String) throws(DatasetError.Problem) -> Void = { _ in }
  ) throws(DatasetError) {
    var pictures: [Picture] = []
    let isRead = try record(name()) { _ throws(DatasetError.Problem) in
      pictures = try row.namedPictures()
      for index in pictures.indices {
        try check(pictures[index].name)
        pictures[index].split = pictures[index].split ?? split(pictures[index].name)
      }
    }
    guard isRead else { return }
    try addCaptions(row.captions, of: name(), row.captionMember ?? choices.captionColumn ?? member)
    {
      gathering, caption throws(DatasetError.Problem) in
      for picture in pictures { try gathering.addCaption(caption, to: picture) }
    }
  }
}
