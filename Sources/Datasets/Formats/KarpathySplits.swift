import Files

/// Karpathy's split files (Karpathy & Fei-Fei, 2015): all splits in one `dataset_coco.json`.
///
///     {"dataset": "coco", "images": [{"filepath": "val2014", "filename": "a.jpg", "imgid": 0,
///       "cocoid": 9, "split": "restval", "sentences": [{"raw": "A dog.", "tokens": ["a", "dog"]}]}]}
///
/// `restval`, what is left of COCO's validation pictures, is trained on. `filepath` and `cocoid` are
/// only in COCO's. Where a sentence has no `raw` text, its tokens are read.
struct KarpathySplits: CaptionFormat {
  let name = "Karpathy split JSON"
  let keyword = "karpathy"
  let layout = "dataset.json or dataset_coco.json, with sentences and splits (Karpathy split JSON)"

  func sources(in folder: CollectionFolder) throws(DatasetError) -> [CaptionSource] {
    let files = folder.files.filter {
      let outline = folder.outline(of: $0)
      return outline.has("filename", in: "images") || outline.has("sentences", in: "images")
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
    for (index, image) in images.enumerated() {
      let id = image.cocoID ?? image.id ?? index
      let isRead = try gathering.record("images[\(index)]") {
        gathering throws(DatasetError.Problem) in
        guard let file = image.fileName else { throw .missingField("filename") }
        guard let split = image.split else { throw .missingField("split") }
        guard let known = CaptionDataset.Split(named: split) else { throw .unknownSplit(split) }
        let name = image.folder.isEmpty ? file : "\(image.folder)/\(file)"
        try gathering.addPicture(id: id, name, split: known)
      }
      guard isRead else { continue }
      for (number, sentence) in image.sentences.enumerated() {
        try gathering.record("images[\(index)].sentences[\(number)]") {
          gathering throws(DatasetError.Problem) in
          guard let sentence else { throw .missingField("raw") }
          try gathering.addCaption(sentence, toPicture: id)
        }
      }
    }
  }
}

private struct Records {
  struct Image {
    var folder = ""
    var fileName: String?
    var split: String?
    var id: Int?
    var cocoID: Int?
    var sentences: [String?] = []
  }
  /// Nil where the file has no such member.
  var images: [Image]?

  init(_ reader: inout JSONReader) throws(JSONError) {
    try reader.beginObject()
    while let key = try reader.nextKey() {
      guard key == "images" else {
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
  fileprivate init(_ reader: inout JSONReader) throws(JSONError) {
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "filepath": folder = try reader.readString()
      case "filename": fileName = try reader.readString()
      case "split": split = try reader.readString()
      case "imgid": id = try reader.readInteger()
      case "cocoid": cocoID = try reader.readInteger()
      case "sentences":
        try reader.beginArray()
        while try reader.nextElement() { sentences.append(try Self.sentence(&reader)) }
      default: try reader.skipValue()
      }
    }
  }

  private static func sentence(_ reader: inout JSONReader) throws(JSONError) -> String? {
    var (raw, tokens): (String?, [String]) = (nil, [])
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "raw": raw = try reader.readString()
      case "tokens":
        try reader.beginArray()
        while try reader.nextElement() { tokens.append(try reader.readString()) }
      default: try reader.skipValue()
      }
    }
    return raw ?? (tokens.isEmpty ? nil : tokens.joined(separator: " "))
  }
}
