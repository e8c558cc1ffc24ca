import Files

/// Captions in COCO's format, one record per line.
struct CaptionList {
  private var images: [String] = []
  private var captions: [String] = []
  private let firstImage: Int
  private let firstCaption: Int

  /// Begins a list whose numbers follow those of `other`, so that they may be put together.
  init(after other: CaptionList? = nil) {
    firstImage = other.map { $0.firstImage + $0.images.count } ?? 1
    firstCaption = other.map { $0.firstCaption + $0.captions.count } ?? 1
  }

  /// Adds a picture or clip.
  ///
  /// - Parameters:
  ///   - name: The name of its file.
  ///   - size: Its width and height, in pixels.
  ///   - texts: Its captions.
  ///   - source: The picture it was made from, if any.
  mutating func add(_ name: String, size: Int, captions texts: [String], source: String? = nil) {
    let image = JSONValue.number(Double(firstImage + images.count))
    let side = JSONValue.number(Double(size))
    var members: [JSONValue.Member] = [
      .init("id", image), .init("file_name", .string(name)), .init("width", side),
      .init("height", side),
    ]
    if let source { members.append(.init("source", .string(source))) }
    images.append(JSONValue.object(members).compactText)
    for text in texts {
      let id = JSONValue.number(Double(firstCaption + captions.count))
      let caption: JSONValue = ["id": id, "image_id": image, "caption": .string(text)]
      captions.append(caption.compactText)
    }
  }

  /// The whole file.
  var text: String {
    "{\"images\": [\n\(images.joined(separator: ",\n"))\n],\n"
      + "\"annotations\": [\n\(captions.joined(separator: ",\n"))\n]}\n"
  }
}

/// `train_000001.png` for index 0.
func drawnFileName(_ part: String, _ index: Int, _ suffix: String) -> String {
  let number = String(index + 1)
  return "\(part)_\(String(repeating: "0", count: max(0, 6 - number.count)))\(number).\(suffix)"
}
