import Files

/// The raw JSON that neuraltalk2's `prepro.py` reads: a list of pictures with captions.
///
///     [{"file_path": "path/a.jpg", "captions": ["a dog", "a dog runs"], "id": 391895}]
///
/// A `split` is read where there is one; else the file's name says it.
struct NeuralTalkJSON: CaptionFormat {
  let name = "neuraltalk2 JSON"
  let keyword = "neuraltalk2"
  let layout = "a .json list of file_path and captions (neuraltalk2)"

  func sources(in folder: CollectionFolder) throws(DatasetError) -> [CaptionSource] {
    let files = folder.files.filter { folder.outline(of: $0).has("file_path", "captions", in: "") }
    let sources = files.map {
      CaptionSource(
        path: folder.path($0), split: .init(mentionedIn: $0) ?? .train,
        pictureFolders: folder.folders([".", "images"]))
    }
    guard Set(sources.map(\.split)).count == sources.count else {
      throw severalFiles(sources.map(\.path), in: folder)
    }
    return sources
  }

  func read(_ source: CaptionSource, into gathering: inout Gathering) throws(DatasetError) {
    let images = try AnnotationFile(source.path).json(Records.init).images
    for (index, image) in images.enumerated() {
      let id = image.id ?? index
      let isRead = try gathering.record("[\(index)]") { gathering throws(DatasetError.Problem) in
        guard let path = image.path else { throw .missingField("file_path") }
        var split: CaptionDataset.Split?
        if let name = image.split {
          split = CaptionDataset.Split(named: name)
          if split == nil { throw .unknownSplit(name) }
        }
        try gathering.addPicture(id: id, path, split: split)
      }
      guard isRead else { continue }
      for (number, caption) in image.captions.enumerated() {
        try gathering.record("[\(index)].captions[\(number)]") {
          gathering throws(DatasetError.Problem) in
          try gathering.addCaption(caption, toPicture: id)
        }
      }
    }
  }
}

private struct Records {
  struct Image {
    var path: String?
    var captions: [String] = []
    var id: Int?
    var split: String?
  }
  var images: [Image] = []

  init(_ reader: inout JSONReader) throws(JSONError) {
    try reader.beginArray()
    while try reader.nextElement() { images.append(try Image(&reader)) }
  }
}

extension Records.Image {
  fileprivate init(_ reader: inout JSONReader) throws(JSONError) {
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "file_path": path = try reader.readString()
      case "split": split = try reader.readString()
      case "id": id = try reader.readInteger()
      case "captions":
        try reader.beginArray()
        while try reader.nextElement() { captions.append(try reader.readString()) }
      default: try reader.skipValue()
      }
    }
  }
}
