import Files

/// Reads captions in the form of COCO's annotation files (Lin et al., 2014; Chen et al., 2015).
///
///     {"images": [{"id": 9, "file_name": "a.jpg", …}, …],
///      "annotations": [{"image_id": 9, "caption": "A dog runs.", …}, …], …}
///
/// The two members may come in either order, and whatever else there is is passed over.
/// A file without annotations, such as COCO's test-info, lists pictures without captions.
public enum COCOCaptions {
  static let maximumFileSize = 1 << 30
  static let maximumCaptionCount = 20_000_000

  /// The pictures listed in the annotation file at `path`, which lie in `imageFolder`.
  ///
  /// The picture files are not looked at.
  public static func read(
    _ path: String, imageFolder: String, split: CaptionDataset.Split
  ) throws(DatasetError) -> CaptionDataset {
    let records = try records(in: path)
    var collection = Collection(imageFolder: imageFolder)
    for (index, image) in records.images.enumerated() {
      do throws(DatasetError.Problem) {
        try collection.add(image)
      } catch {
        throw DatasetError(path, record: "images[\(index)]", error)
      }
    }
    for (index, annotation) in records.annotations.enumerated() {
      do throws(DatasetError.Problem) {
        try collection.add(annotation)
      } catch {
        throw DatasetError(path, record: "annotations[\(index)]", error)
      }
    }
    return collection.dataset(split)
  }

  private static func records(in path: String) throws(DatasetError) -> Records {
    let file: MappedFile
    do throws(FileError) {
      file = try MappedFile(path, limit: maximumFileSize)
    } catch {
      throw DatasetError(path, .unreadable(error))
    }
    let records: Records
    do throws(JSONError) {
      records = try file.withBytes { bytes throws(JSONError) in
        try JSONReader.read(bytes, Records.init)
      }
    } catch {
      throw DatasetError(path, .notJSON(error))
    }
    guard records.hasImages else { throw DatasetError(path, .missingMember("images")) }
    guard records.annotations.count <= maximumCaptionCount else {
      throw DatasetError(path, .tooManyCaptions(limit: maximumCaptionCount))
    }
    return records
  }
}

// MARK: - The file as it is

private struct Records {
  struct Image {
    var id: Int?
    var fileName: String?
  }
  struct Annotation {
    var imageID: Int?
    var caption: String?
  }
  var hasImages = false
  var images: [Image] = []
  var annotations: [Annotation] = []

  init(_ reader: inout JSONReader) throws(JSONError) {
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "images":
        hasImages = true
        try reader.beginArray()
        while try reader.nextElement() { images.append(try Image(&reader)) }
      case "annotations":
        try reader.beginArray()
        while try reader.nextElement() { try addAnnotation(&reader) }
      default: try reader.skipValue()
      }
    }
  }

  private mutating func addAnnotation(_ reader: inout JSONReader) throws(JSONError) {
    // One more than allowed is enough to tell that there are too many.
    if annotations.count > COCOCaptions.maximumCaptionCount { return try reader.skipValue() }
    annotations.append(try Annotation(&reader))
  }
}

extension Records.Image {
  fileprivate init(_ reader: inout JSONReader) throws(JSONError) {
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "id": id = try reader.readInteger()
      case "file_name": fileName = try reader.readString()
      default: try reader.skipValue()
      }
    }
  }
}

extension Records.Annotation {
  fileprivate init(_ reader: inout JSONReader) throws(JSONError) {
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "image_id": imageID = try reader.readInteger()
      case "caption": caption = try reader.readString()
      default: try reader.skipValue()
      }
    }
  }
}

// MARK: - The collection it becomes

private struct Collection {
  let imageFolder: String
  private var ids: [Int] = []
  private var paths: [String] = []
  private var captions: [[String]] = []
  private var indices: [Int: Int] = [:]
  private var blankCaptionCount = 0

  init(imageFolder: String) { self.imageFolder = imageFolder }

  mutating func add(_ image: Records.Image) throws(DatasetError.Problem) {
    guard let id = image.id else { throw .missingField("id") }
    guard let fileName = image.fileName else { throw .missingField("file_name") }
    guard isInsideFolder(fileName) else { throw .outside(fileName: fileName) }
    guard indices.updateValue(ids.count, forKey: id) == nil else { throw .repeatedImage(id: id) }
    ids.append(id)
    paths.append("\(imageFolder)/\(fileName)")
    captions.append([])
  }

  mutating func add(_ annotation: Records.Annotation) throws(DatasetError.Problem) {
    guard let id = annotation.imageID else { throw .missingField("image_id") }
    guard let caption = annotation.caption else { throw .missingField("caption") }
    guard let index = indices[id] else { throw .unknownImage(id: id) }
    let text = trimmed(caption)
    if text.isEmpty {
      blankCaptionCount += 1
    } else {
      captions[index].append(text)
    }
  }

  func dataset(_ split: CaptionDataset.Split) -> CaptionDataset {
    CaptionDataset(
      split: split,
      examples: ids.indices.map {
        CaptionedImage(id: ids[$0], path: paths[$0], captions: captions[$0])
      },
      blankCaptionCount: blankCaptionCount)
  }
}

/// `text` without the blanks and line ends around it, which COCO's captions have now and then.
private func trimmed(_ text: String) -> String {
  func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (9...13).contains(byte) }
  let bytes = text.utf8
  guard let start = bytes.firstIndex(where: { !isBlank($0) }),
    let end = bytes.lastIndex(where: { !isBlank($0) })
  else { return "" }
  return start == bytes.startIndex && bytes.index(after: end) == bytes.endIndex
    ? text : String(text[start...end])
}
