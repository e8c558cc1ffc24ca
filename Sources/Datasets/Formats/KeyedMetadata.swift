import Files

/// The metadata of kohya's sd-scripts: an object with a member for each picture.
///
///     {"a": {"caption": "a dog on grass", "tags": "dog, grass"}, "/data/b.png": {"caption": "a cat"}}
///
/// A key is the name of a picture without its extension, or its whole path. Tags are read if there
/// is no caption; if the member of the captions is chosen, it alone is read.
struct KeyedMetadata: CaptionFormat {
  /// True if entries are captions or lists of them, and keys are names of pictures: `{"a.jpg": "a
  /// dog"}`.
  ///
  /// Labels may have this form, too: such a file is read only if there is nothing else.
  var isOfTexts = false

  var name: String { isOfTexts ? "JSON captions by picture" : "kohya metadata" }
  var takesCaptionColumn: Bool { !isOfTexts }
  var layout: String {
    isOfTexts
      ? "a .json object with the name and the caption of each picture"
      : "meta_cap.json, an object with a caption for each picture (kohya)"
  }

  func sources(in folder: CollectionFolder) throws(DatasetError) -> [CaptionSource] {
    try sources(
      folder.files.filter { file in
        let outline = folder.outline(of: file)
        if isOfTexts { return outline.hasTextsByPicture }
        return outline.keys.isEmpty
          && ["caption", "captions", "tags"].contains(where: outline.membersHave)
      }, in: folder, pictureFolders: [".", "images"])
  }

  func read(_ source: CaptionSource, into gathering: inout Gathering) throws(DatasetError) {
    let chosen = gathering.choices.captionColumn
    let column = chosen ?? "caption"
    let entries = try AnnotationFile(source.path).json { reader throws(JSONError) in
      try Records(&reader, captionColumn: column, isChosen: chosen != nil)
    }.entries
    for entry in entries {
      let isRead = try gathering.record(entry.name) { gathering throws(DatasetError.Problem) in
        try entry.isObject.requireObject()
        try gathering.add(Gathering.Picture(entry.name), named: entry.name)
      }
      guard isRead else { continue }
      let readsTags = chosen == nil && entry.hasOnlyTags
      try gathering.addCaptions(
        readsTags ? entry.tags : entry.caption, of: entry.name, readsTags ? "tags" : column
      ) {
        gathering, caption throws(DatasetError.Problem) in
        try gathering.addCaption(caption, toPicture: entry.name)
      }
    }
  }
}

private struct Records {
  struct Entry {
    let name: String
    var isObject = Field<Void>.missing
    private(set) var caption = Field<Texts>.missing
    private(set) var tags = Field<Texts>.missing

    init(
      _ name: String, _ reader: inout JSONReader, captionColumn: String, isChosen: Bool
    ) throws(JSONError) {
      self.name = name
      if try [.string, .array].contains(reader.peek()) {
        caption = try reader.textsField()
        isObject = .value(())
        if case .value(let texts) = caption, texts.texts.isEmpty { isObject = .wrong("a list") }
        return
      }
      isObject = try reader.objectField { key, reader throws(JSONError) in
        if isCalled(key, captionColumn) || !isChosen && isCalled(key, "captions") {
          caption = caption.joined(try reader.textsField())
        } else if isCalled(key, "tags") {
          tags = try reader.textsField()
        } else {
          try reader.skipValue()
        }
      }
    }

    var hasOnlyTags: Bool {
      guard case .missing = caption else { return false }
      if case .missing = tags { return false }
      return true
    }
  }
  private(set) var entries: [Entry] = []

  init(
    _ reader: inout JSONReader, captionColumn: String, isChosen: Bool
  ) throws(JSONError) {
    try reader.beginObject()
    while let key = try reader.nextKey() {
      entries.append(
        try Entry(key, &reader, captionColumn: captionColumn, isChosen: isChosen))
    }
  }
}
