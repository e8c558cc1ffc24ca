/// A form in which captions can be written: the other half of a `CaptionFormat`.
protocol CaptionWriting: Sendable {
  /// What `--to` calls it.
  var keyword: String { get }
  /// As people call it.
  var name: String { get }
  /// Whether it can list pictures that nobody has described.
  var holdsUncaptioned: Bool { get }
  /// Whether it means nothing without the pictures themselves.
  var needsPictures: Bool { get }
  /// Whether a folder of frames may stand in the place of a picture.
  var holdsFrameFolders: Bool { get }
  /// Whether each picture and caption is on a line of its own.
  var isInLines: Bool { get }
  /// The files that list the captions.
  func files(for splits: [ConvertedSplit]) -> [ConvertedFile]
  /// Where a picture lies, relative to the new folder.
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

/// The forms that can be written.
let captionWriters: [any CaptionWriting] = [
  COCOCaptions(), KarpathySplits(), FlickrTokens(), FlickrTable(), NeuralTalkJSON(), CaptionTable(),
  ImageFolder(), ImageFolder(isTable: true), CaptionSidecars(),
]

/// A split on its way to another form.
struct ConvertedSplit {
  let split: CaptionDataset.Split
  /// Whether the collection has no other.
  let isOnly: Bool
  var pictures: [ConvertedPicture]

  /// The folder that Hugging Face looks for it in.
  var folder: String { split == .validation ? "validation" : split.rawValue }
}

struct ConvertedPicture {
  /// No other picture of the collection has it.
  let id: Int
  /// What it will be called, relative to the folder of pictures.
  let name: String
  let source: CaptionedImage

  var captions: [String] { source.captions }
}

struct ConvertedFile {
  let name: String
  var bytes: [UInt8] = []

  init(_ name: String, _ text: String = "") { (self.name, bytes) = (name, Array(text.utf8)) }

  mutating func add(_ text: String) { bytes.append(contentsOf: text.utf8) }

  /// Adds `parts` with a comma and a line end between them.
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

/// `text` on one line: what would end the line, and the blanks around that, become one blank.
func onOneLine(_ text: String) -> String {
  guard text.utf8.contains(where: { (9...13).contains($0) }) else { return text }
  return text.split { $0.isNewline || $0 == "\t" }.map { trimmed(String($0)) }
    .filter { !$0.isEmpty }.joined(separator: " ")
}
