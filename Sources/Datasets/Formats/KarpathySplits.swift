import Files

/// Karpathy's split files (Karpathy & Fei-Fei, 2015): all splits in one `dataset_coco.json`.
///
///     {"dataset": "coco", "images": [{"filepath": "val2014", "filename": "a.jpg", "imgid": 0,
///       "cocoid": 9, "split": "restval", "sentences": [{"raw": "A dog.", "tokens": ["a", "dog"]}]}]}
///
/// `restval`, the rest of COCO's validation pictures, is training data. `filepath` and `cocoid`
/// exist only in COCO's; if there is no such folder, the file name alone counts. If a sentence has
/// no `raw` text, its tokens are read.
struct KarpathySplits: CaptionFormat {
  let name = "Karpathy split JSON"
  let keyword = "karpathy"
  let layout = "dataset.json or dataset_coco.json, with sentences and splits (Karpathy split JSON)"

  func sources(in folder: CollectionFolder) throws(DatasetError) -> [CaptionSource] {
    let files = folder.files.filter {
      let outline = folder.outline(of: $0)
      // Pictures without sentences fit, too, but not those of COCO, which have a `file_name`.
      return outline.has("sentences", in: "images")
        || outline.keys["images"]?.contains("filename") == true
          && !outline.isOfRows(captionColumn: nil)
    }
    guard files.count <= 1 else { throw severalFiles(files.map(folder.path(_:)), in: folder) }
    return files.map {
      CaptionSource(path: folder.path($0), pictureFolders: folder.folders(["images", "."]))
    }
  }

  func read(_ source: CaptionSource, into gathering: inout Gathering) throws(DatasetError) {
    guard let images = try AnnotationFile(source.path).json(Records.init).images else {
      throw DatasetError(source.path, .missingMember("images", form: "a Karpathy split file"))
    }
    var counts: [ByteName: Int] = [:]
    for case .value(let file) in images.lazy.map(\.fileName) {
      counts[ByteName(file), default: 0] += 1
    }
    for (index, image) in images.enumerated() {
      let id = image.cocoID.or(image.id) ?? .number(index)
      let isRead = try gathering.record("images[\(index)]") {
        gathering throws(DatasetError.Problem) in
        try image.isObject.requireObject()
        _ = (try image.cocoID.optional("cocoid"), try image.id.optional("imgid"))
        let file = try notBlank(image.fileName.required("filename"))
        let split = try image.split.required("split")
        guard let known = CaptionDataset.Split(named: split) else { throw .unknownSplit(split) }
        let folder = try image.folder.optional("filepath") ?? ""
        // Copies have all pictures in one folder.
        let isAlone = !folder.isEmpty && counts[ByteName(file)] == 1
        try gathering.addPicture(
          id: id, folder.isEmpty ? file : "\(folder)/\(file)", orElse: isAlone ? [file] : [],
          split: known)
      }
      guard isRead else { continue }
      for (number, sentence) in try image.listedSentences(index, &gathering).enumerated() {
        try gathering.record("images[\(index)].sentences[\(number)]") {
          gathering throws(DatasetError.Problem) in
          try sentence.isObject.requireObject()
          try gathering.addCaption(sentence.text(), toPicture: id)
        }
      }
    }
  }
}

private struct Records {
  struct Image {
    var isObject = Field<Void>.missing
    var folder = Field<String>.missing
    var fileName = Field<String>.missing
    var split = Field<String>.missing
    var id = Field<RecordID>.missing
    var cocoID = Field<RecordID>.missing
    var sentences = Field<[Sentence]>.missing
  }
  struct Sentence {
    var isObject = Field<Void>.missing
    var raw = Field<String>.missing
    var tokens = Field<[Field<String>]>.missing
  }
  /// The pictures; nil if the file has no such member.
  var images: [Image]?

  init(_ reader: inout JSONReader) throws(JSONError) {
    try reader.beginObject()
    while let key = try reader.nextKey() {
      guard isCalled(key, "images"), try reader.peek() != .null else {
        try reader.skipValue()
        continue
      }
      var images: [Image] = []
      try reader.beginArray()
      while try reader.nextElement() { images.append(try Image(&reader)) }
      self.images = images
    }
  }
}

extension Records.Image {
  private static let members = ["filepath", "filename", "split", "imgid", "cocoid", "sentences"]

  fileprivate init(_ reader: inout JSONReader) throws(JSONError) {
    isObject = try reader.objectField { key, reader throws(JSONError) in
      switch member(key, of: Self.members) {
      case "filepath": folder = try reader.textField()
      case "filename": fileName = try reader.textField()
      case "split": split = try reader.textField()
      case "imgid": id = try reader.idField()
      case "cocoid": cocoID = try reader.idField()
      case "sentences":
        sentences = try reader.listField { reader throws(JSONError) in
          try Records.Sentence(&reader)
        }
      default: try reader.skipValue()
      }
    }
  }

  fileprivate func listedSentences(
    _ index: Int, _ gathering: inout Gathering
  ) throws(DatasetError) -> [Records.Sentence] {
    var listed: [Records.Sentence] = []
    try gathering.record("images[\(index)]") { _ throws(DatasetError.Problem) in
      listed = try sentences.optional("sentences", "a list") ?? []
    }
    return listed
  }
}

extension Records.Sentence {
  private static let members = ["raw", "tokens"]

  fileprivate init(_ reader: inout JSONReader) throws(JSONError) {
    isObject = try reader.objectField { key, reader throws(JSONError) in
      switch member(key, of: Self.members) {
      case "raw": raw = try reader.textField()
      case "tokens":
        tokens = try reader.listField { reader throws(JSONError) in try reader.textField() }
      default: try reader.skipValue()
      }
    }
  }

  /// The raw text, or else the tokens.
  fileprivate func text() throws(DatasetError.Problem) -> String {
    if let raw = try raw.optional("raw") { return raw }
    var words: [String] = []
    for (number, token) in (try tokens.optional("tokens", "a list") ?? []).enumerated() {
      words.append(try token.required("tokens[\(number)]"))
    }
    guard !words.isEmpty else { throw .missingField("raw") }
    return words.joined(separator: " ")
  }
}

extension Field {
  /// Returns the first of the two values that exists.
  fileprivate func or(_ other: Field) -> Value? {
    if case .value(let value) = self { return value }
    if case .value(let value) = other { return value }
    return nil
  }
}
