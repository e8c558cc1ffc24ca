import Files

/// The raw JSON that neuraltalk2's `prepro.py` reads: a list of pictures with captions.
///
///     [{"file_path": "path/a.jpg", "captions": ["a dog", "a dog runs"], "id": 391895}]
///
/// A `split` is read if there is one; otherwise the file's name determines it. A `caption` is read
/// along with the `captions`.
struct NeuralTalkJSON: CaptionFormat {
  let name = "neuraltalk2 JSON"
  let keyword = "neuraltalk2"
  var takesCaptionColumn: Bool { true }
  let layout = "a .json list of file_path and captions (neuraltalk2)"

  func sources(in folder: CollectionFolder) throws(DatasetError) -> [CaptionSource] {
    let files = folder.files.filter { folder.outline(of: $0).has("file_path", "captions", in: "") }
    return try sources(files, in: folder, pictureFolders: [".", "images"])
  }

  func read(_ source: CaptionSource, into gathering: inout Gathering) throws(DatasetError) {
    let chosen = gathering.choices.captionColumn
    let column = chosen ?? "captions"
    let images = try AnnotationFile(source.path).json { reader throws(JSONError) in
      try Records(&reader, captionColumn: column, isChosen: chosen != nil)
    }.images
    for (index, image) in images.enumerated() {
      var id = RecordID.number(index)
      let isRead = try gathering.record("[\(index)]") { gathering throws(DatasetError.Problem) in
        try image.isObject.requireObject()
        let path = try image.path.required("file_path")
        id = try image.id.optional("id", "a whole number or a text") ?? id
        try gathering.addPicture(id: id, path, split: image.split.knownSplit())
      }
      guard isRead else { continue }
      if chosen == nil, case .missing = image.captions { continue }
      try gathering.addCaptions(image.captions, of: "[\(index)]", column) {
        gathering, caption throws(DatasetError.Problem) in
        try gathering.addCaption(caption, toPicture: id)
      }
    }
  }
}

private struct Records {
  struct Image {
    var isObject = Field<Void>.missing
    var path = Field<String>.missing
    var captions = Field<Texts>.missing
    var id = Field<RecordID>.missing
    var split = Field<String>.missing
  }
  var images: [Image] = []

  init(
    _ reader: inout JSONReader, captionColumn: String, isChosen: Bool
  ) throws(JSONError) {
    try reader.beginArray()
    while try reader.nextElement() {
      images.append(try Image(&reader, captionColumn: captionColumn, isChosen: isChosen))
    }
  }
}

extension Records.Image {
  private static let members = ["file_path", "split", "id"]

  fileprivate init(
    _ reader: inout JSONReader, captionColumn: String, isChosen: Bool
  ) throws(JSONError) {
    isObject = try reader.objectField { key, reader throws(JSONError) in
      if isCalled(key, captionColumn) || !isChosen && isCalled(key, "caption") {
        captions = captions.joined(try reader.textsField())
        return
      }
      switch member(key, of: Self.members) {
      case "file_path": path = try reader.textField()
      case "split": split = try reader.textField()
      case "id": id = try reader.idField()
      default: try reader.skipValue()
      }
    }
  }
}
