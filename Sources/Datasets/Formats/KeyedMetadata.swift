import Files

/// The metadata of kohya's sd-scripts: an object with a member for each picture.
///
///     {"a": {"caption": "a dog on grass", "tags": "dog, grass"}, "/data/b.png": {"caption": "a cat"}}
///
/// A key is the name of a picture without its extension, or its whole path. Tags are read where there is no
/// caption.
struct KeyedMetadata: CaptionFormat {
  let name = "kohya metadata"
  let layout = "meta_cap.json, an object with a caption for each picture (kohya)"

  func sources(in folder: CollectionFolder) throws(DatasetError) -> [CaptionSource] {
    try sources(
      folder.files.filter { file in
        let outline = folder.outline(of: file)
        return outline.keys.isEmpty
          && ["caption", "tags"].contains(where: outline.memberKeys.contains)
      }, in: folder, pictureFolders: [".", "images"])
  }

  func read(_ source: CaptionSource, into gathering: inout Gathering) throws(DatasetError) {
    let column = gathering.choices.captionColumn ?? "caption"
    let entries = try AnnotationFile(source.path).json { reader throws(JSONError) in
      try Records(&reader, captionColumn: column)
    }.entries
    for entry in entries {
      let isRead = try gathering.record(entry.name) { gathering throws(DatasetError.Problem) in
        try entry.isObject.requireObject()
        try gathering.add(Gathering.Picture(entry.name), named: entry.name)
      }
      guard isRead else { continue }
      let (captions, member) = entry.captions
      try gathering.addCaptions(captions, of: entry.name, member ?? column) {
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
    private var caption = Field<Texts>.missing
    private var tags = Field<Texts>.missing

    init(_ name: String, _ reader: inout JSONReader, captionColumn: String) throws(JSONError) {
      self.name = name
      isObject = try reader.objectField { key, reader throws(JSONError) in
        switch key {
        case captionColumn: caption = try reader.textsField()
        case "tags": tags = try reader.textsField()
        default: try reader.skipValue()
        }
      }
    }

    var captions: (captions: Field<Texts>, member: String?) {
      if case .missing = caption { (tags, "tags") } else { (caption, nil) }
    }
  }
  private(set) var entries: [Entry] = []

  init(_ reader: inout JSONReader, captionColumn: String) throws(JSONError) {
    try reader.beginObject()
    while let key = try reader.nextKey() {
      entries.append(try Entry(key, &reader, captionColumn: captionColumn))
    }
  }
}
