/// A format in which captions can be written: the counterpart of a `CaptionFormat`.
protocol CaptionWriting: Sendable {
  /// The value of `--to`.
  var keyword: String { get }
  /// The name of the format.
  var name: String { get }
  /// True if it can list pictures without captions.
  var holdsUncaptioned: Bool { get }
  /// True if it needs the pictures themselves.
  var needsPictures: Bool { get }
  /// True if a folder of frames can take the place of a picture.
  var holdsFrameFolders: Bool { get }
  /// True if each picture and caption is on its own line.
  var isInLines: Bool { get }
  /// The files that list the captions.
  func files(for splits: [ConvertedSplit]) -> [ConvertedFile]
  /// Returns the path of a picture, relative to the new folder.
  func place(of picture: ConvertedPicture, in split: ConvertedSplit) -> String
}

extension CaptionWriting {
  var holdsUncaptioned: Bool { false }
  var needsPictures: Bool { false }
  var holdsFrameFolders: Bool { true }
  var isInLines: Bool { true }
  func place(of picture: ConvertedPicture, in split: ConvertedSplit) -> String {
    "images/\(picture.name)"
  }
}

/// The formats that can be written.
let captionWriters: [any CaptionWriting] = [
  COCOCaptions(), KarpathySplits(), FlickrTokens(), FlickrTable(), NeuralTalkJSON(), CaptionTable(),
  ImageFolder(), ImageFolder(isTable: true), CaptionSidecars(),
]

/// A split converted to another format.
struct ConvertedSplit {
  let split: CaptionDataset.Split
  /// True if the collection has no other split.
  let isOnly: Bool
  var pictures: [ConvertedPicture]

  /// The folder in which Hugging Face expects the split.
  var folder: String { split == .validation ? "validation" : split.rawValue }
}

struct ConvertedPicture {
  /// An id that is unique in the collection.
  let id: Int
  /// The new name, relative to the folder of pictures.
  let name: String
  let source: CaptionedImage

  var captions: [String] { source.captions }
}

struct ConvertedFile {
  let name: String
  var bytes: [UInt8] = []

  init(_ name: String, _ text: String = "") { (self.name, bytes) = (name, Array(text.utf8)) }

  mutating func add(_ text: String) { bytes.append(contentsOf: text.utf8) }

  /// Appends `parts`, separated by a comma and a line end.
  mutating func add(list parts: some Sequence<String>) {
    var isFirst = true
    for part in parts {
      add(isFirst ? "\n" : ",\n")
      add(part)
      isFirst = false
    }
    add("\n")
  }
}

/// Returns `text` on one line: line ends, with the blanks around them, become one blank.
func onOneLine(_ text: String) -> String {
  guard text.utf8.contains(where: { (9...13).contains($0) }) else { return text }
  return text.split { $0.isNewline || $0 == "\t" }.map { trimmed(String($0)) }
    .filter { !$0.isEmpty }.joined(separator: " ")
}
