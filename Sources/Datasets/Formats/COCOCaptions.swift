import Files

/// COCO's annotation files (Lin et al., 2014; Chen et al., 2015), one for each split.
///
///     {"images": [{"id": 9, "file_name": "a.jpg", …}, …],
///      "annotations": [{"image_id": 9, "caption": "A dog runs.", …}, …], …}
///
/// The two members may come in either order, and other members are ignored. Ids are numbers or
/// texts. A file without annotations, such as COCO's test-info, lists pictures without captions.
struct COCOCaptions: CaptionFormat {
  let name = "COCO captions"
  let keyword = "coco"
  let layout =
    "captions_train.json, captions_train2014.json or captions_train2017.json (COCO captions)"

  private static let years = ["", "2017", "2014"]

  func sources(in folder: CollectionFolder) throws(DatasetError) -> [CaptionSource] {
    let families = Self.years.map { family(of: $0, in: folder) }.filter { !$0.isEmpty }
    let training = families.filter { $0.contains { $0.split == .train } }
    let known = training.isEmpty ? families : training
    guard known.count <= 1 else {
      throw severalFiles(known.compactMap(\.first?.path), in: folder)
    }
    if let known = known.first { return known }
    return try unknownNames(in: folder)
  }

  /// Returns the files of one year, under the names of their publication.
  private func family(of year: String, in folder: CollectionFolder) -> [CaptionSource] {
    CaptionDataset.Split.allCases.compactMap { split in
      ["", "annotations/"].map { "\($0)captions_\(split.rawValue)\(year).json" }
        .first(where: folder.has)
        .map { source($0, split, year, in: folder) }
    }
  }

  private func unknownNames(in folder: CollectionFolder) throws(DatasetError) -> [CaptionSource] {
    let files = folder.files.filter { file in
      let outline = folder.outline(of: file)
      // Pictures with their captions inside are in another format.
      return outline.has("image_id", "caption", in: "annotations")
        || outline.has("id", "file_name", in: "images") && !outline.has("sentences", in: "images")
          && !outline.isOfRows(captionColumn: nil) && !isOfBoxes(file)
    }
    let sources = files.map { file in
      let split = CaptionDataset.Split(mentionedIn: file) ?? .train
      return source(file, split, "", in: folder)
    }
    guard Set(sources.map(\.split)).count == sources.count else {
      throw severalFiles(sources.map(\.path), in: folder)
    }
    return sources
  }

  /// Returns true for the files that accompany the captions in COCO's archives.
  func isOfOtherTask(_ file: String) -> Bool {
    isOfBoxes(file)
      || ["image_info_", "annotations_trainval"].contains { file.contains($0) }
  }

  private func isOfBoxes(_ file: String) -> Bool {
    ["instances_", "person_keypoints_", "stuff_", "panoptic_"].contains { file.contains($0) }
  }

  private func source(
    _ file: String, _ split: CaptionDataset.Split, _ year: String, in folder: CollectionFolder
  ) -> CaptionSource {
    let archive = "\(split.rawValue)\(year)"
    return CaptionSource(
      path: folder.path(file), split: split,
      pictureFolders: folder.folders(["images/\(archive)", "images", archive, "videos"]))
  }

  func read(_ source: CaptionSource, into gathering: inout Gathering) throws(DatasetError) {
    let records = try AnnotationFile(source.path).json(COCORecords.init)
    guard records.hasImages else {
      throw DatasetError(source.path, .missingMember("images", form: "in the COCO captions form"))
    }
    // If bad records end the reading, the second of such pictures does.
    let ambiguous = gathering.badRecords == .leaveOut ? records.ambiguousIDs : [:]
    for (index, image) in records.images.enumerated() {
      try gathering.record("images[\(index)]") { gathering throws(DatasetError.Problem) in
        try image.isObject.requireObject()
        let id = try image.id.requiredID("id")
        let name = try image.fileName.required("file_name")
        if let names = ambiguous[id] {
          gathering.dropCaptions(ofPicture: id)
          throw .ambiguousImage(id: id.description, fileNames: names)
        }
        try gathering.addPicture(id: id, name)
      }
    }
    for (index, annotation) in records.annotations.enumerated() {
      try gathering.record("annotations[\(index)]") { gathering throws(DatasetError.Problem) in
        try annotation.isObject.requireObject()
        let id = try annotation.imageID.requiredID("image_id")
        let list = try annotation.captions.optional("captions", "a list of texts")
        if list == nil || !annotation.caption.isMissing {
          try gathering.addCaption(annotation.caption.required("caption"), toPicture: id)
        }
        for (number, text) in (list?.texts ?? []).enumerated() {
          try gathering.addCaption(text.required("captions[\(number)]"), toPicture: id)
        }
      }
    }
  }
}

extension CaptionFormat {
  func severalFiles(_ paths: [String], in folder: CollectionFolder) -> DatasetError {
    DatasetError(folder.path, .severalFiles(form: name, paths))
  }
}

/// The members of a file of COCO captions.
struct COCORecords {
  struct Image {
    var isObject = Field<Void>.missing
    var id = Field<RecordID>.missing
    var fileName = Field<String>.missing
    /// True if the id is a text in quotes, of digits or not.
    var hasTextID = false
  }
  struct Annotation {
    var isObject = Field<Void>.missing
    var imageID = Field<RecordID>.missing
    var caption = Field<String>.missing
    /// The captions of files with several captions in one record.
    var captions = Field<Texts>.missing
  }
  private static let members = ["images", "annotations"]

  var hasImages = false
  var images: [Image] = []
  var annotations: [Annotation] = []

  init(_ reader: inout JSONReader) throws(JSONError) {
    try reader.beginObject()
    while let key = try reader.nextKey() {
      let isNull = try reader.peek() == .null
      switch member(key, of: Self.members) {
      case "images" where !isNull:
        hasImages = true
        try reader.beginArray()
        while try reader.nextElement() { images.append(try Image(&reader)) }
      case "annotations" where !isNull:
        try reader.beginArray()
        while try reader.nextElement() { try addAnnotation(&reader) }
      default: try reader.skipValue()
      }
    }
  }

  /// The ids of several different pictures, with the names of those.
  var ambiguousIDs: [RecordID: [String]] {
    var names: [RecordID: [String]] = [:]
    for image in images {
      guard case .value(let id) = image.id, case .value(let name) = image.fileName else { continue }
      if names[id]?.contains(where: { ByteName($0) == ByteName(name) }) != true {
        names[id, default: []].append(name)
      }
    }
    return names.filter { $0.value.count > 1 }
  }

  private mutating func addAnnotation(_ reader: inout JSONReader) throws(JSONError) {
    // One more than the limit shows that there are too many.
    if annotations.count > Gathering.maximumCaptionCount { return try reader.skipValue() }
    annotations.append(try Annotation(&reader))
  }
}

extension COCORecords.Image {
  private static let members = ["id", "file_name"]

  fileprivate init(_ reader: inout JSONReader) throws(JSONError) {
    isObject = try reader.objectField { key, reader throws(JSONError) in
      switch member(key, of: Self.members) {
      case "id":
        hasTextID = try reader.peek() == .string
        id = try reader.idField()
      case "file_name": fileName = try reader.textField()
      default: try reader.skipValue()
      }
    }
  }
}

extension COCORecords.Annotation {
  private static let members = ["image_id", "caption"]

  fileprivate init(_ reader: inout JSONReader) throws(JSONError) {
    isObject = try reader.objectField { key, reader throws(JSONError) in
      switch member(key, of: Self.members) {
      case "image_id": imageID = try reader.idField()
      case "caption": caption = try reader.textField()
      case "captions": captions = try reader.textsField()
      default: try reader.skipValue()
      }
    }
  }
}
