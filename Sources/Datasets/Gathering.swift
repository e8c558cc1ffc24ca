import Files

/// What to do about records that are not as they should be.
public enum BadRecords: Sendable {
  /// Reading ends with the first of them.
  case stop
  /// They are left out, and kept with the reason.
  case leaveOut
}

/// Gathers the pictures and captions of one annotation file while its format reads it.
///
/// All that holds for every format is here: names stay in the folder of pictures, ids do not repeat,
/// blank captions are left out, and what becomes of bad records.
struct Gathering {
  static let maximumCaptionCount = 20_000_000
  /// What Linux takes for a whole path, and for each part of it, in bytes.
  private static let maximumNameSize = (path: 4095, part: 255)

  struct Picture {
    let id: Int?
    var name: String
    /// Nil where the file, not the record, says what split it is.
    let split: CaptionDataset.Split?
    let kind: CaptionedImage.Kind?
    var captions: [String] = []
  }

  /// The annotation file, for messages.
  let path: String
  let badRecords: BadRecords
  /// The most captions; more end the reading in any case.
  var captionLimit = maximumCaptionCount
  private(set) var pictures: [Picture] = []
  private(set) var leftOut: [DatasetError] = []
  private var captionCount = 0
  /// Where each picture is, by what the file calls it; -1 for one that was left out.
  private var places: [Key: Int] = [:]

  private enum Key: Hashable {
    case number(Int)
    case name(String)
  }

  init(_ path: String, badRecords: BadRecords) { (self.path, self.badRecords) = (path, badRecords) }

  /// Reads one record; what is wrong with it ends the reading, or leaves it out.
  ///
  /// - Parameters:
  ///   - name: What messages call the record.
  ///   - body: Adds what the record holds.
  /// - Returns: Whether it was read.
  /// - Throws: What is wrong with it, unless bad records are left out.
  @discardableResult
  mutating func record(
    _ name: @autoclosure () -> String,
    _ body: (inout Gathering) throws(DatasetError.Problem) -> Void
  ) throws(DatasetError) -> Bool {
    do throws(DatasetError.Problem) {
      try body(&self)
      return true
    } catch {
      let failure = DatasetError(path, record: name(), error)
      switch (error, badRecords) {
      // What published collections are known to have ends no reading.
      case (.blankCaption, _): leftOut.append(failure)
      case (.tooManyCaptions, _): throw failure
      case (_, .leaveOut): leftOut.append(failure)
      case (_, .stop): throw failure
      }
      return false
    }
  }

  // MARK: Pictures

  /// Adds the picture that the file numbers `id`.
  mutating func addPicture(
    id: Int, _ name: String, split: CaptionDataset.Split? = nil
  ) throws(DatasetError.Problem) {
    let key = Key.number(id)
    guard places[key] == nil else { throw .repeatedImage(id: "\(id)") }
    places[key] = -1
    try check(name)
    append(Picture(id: id, name: name, split: split, kind: nil), as: key)
  }

  /// Adds the picture that the file calls `key`, which its file name need not be.
  mutating func addPicture(
    named key: String, id: Int? = nil, file name: String, split: CaptionDataset.Split? = nil,
    kind: CaptionedImage.Kind? = nil
  ) throws(DatasetError.Problem) {
    let key = Key.name(key)
    guard places[key] == nil else { throw .repeatedImage(id: jsonString(name)) }
    places[key] = -1
    try check(name)
    append(Picture(id: id, name: name, split: split, kind: kind), as: key)
  }

  private mutating func append(_ picture: Picture, as key: Key) {
    places[key] = pictures.count
    pictures.append(picture)
  }

  private func check(_ name: String) throws(DatasetError.Problem) {
    guard isInsideFolder(name) else { throw .outside(fileName: name) }
    guard
      name.utf8.count <= Self.maximumNameSize.path,
      name.utf8.count <= Self.maximumNameSize.part
        || name.utf8.split(separator: UInt8(ascii: "/"))
          .allSatisfy({ $0.count <= Self.maximumNameSize.part })
    else { throw .nameTooLong(byteCount: name.utf8.count) }
  }

  // MARK: Captions

  /// Adds a caption to the picture numbered `id`; one of a picture that was left out goes with it.
  mutating func addCaption(_ text: String, toPicture id: Int) throws(DatasetError.Problem) {
    guard let place = places[.number(id)] else { throw .unknownImage(id: "\(id)") }
    try addCaption(text, at: place)
  }

  /// Adds a caption to the picture called `name`.
  mutating func addCaption(_ text: String, toPicture name: String) throws(DatasetError.Problem) {
    guard let place = places[.name(name)] else { throw .unknownImage(id: jsonString(name)) }
    try addCaption(text, at: place)
  }

  /// Adds a caption to the picture in the file `name`, which is added with its first caption.
  mutating func addCaption(
    _ text: String, toFile name: String, split: CaptionDataset.Split? = nil
  ) throws(DatasetError.Problem) {
    if places[.name(name)] == nil { try addPicture(named: name, file: name, split: split) }
    try addCaption(text, toPicture: name)
  }

  private mutating func addCaption(
    _ text: String, at place: Int
  ) throws(DatasetError.Problem) {
    guard place >= 0 else { return }
    captionCount += 1
    guard captionCount <= captionLimit else { throw .tooManyCaptions(limit: captionLimit) }
    let text = trimmed(text)
    guard !text.isEmpty else { throw .blankCaption }
    pictures[place].captions.append(text)
  }
}

/// `text` without the blanks and line ends around it, which COCO's captions have now and then.
func trimmed(_ text: String) -> String {
  func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (9...13).contains(byte) }
  let bytes = text.utf8
  guard let start = bytes.firstIndex(where: { !isBlank($0) }),
    let end = bytes.lastIndex(where: { !isBlank($0) })
  else { return "" }
  return start == bytes.startIndex && bytes.index(after: end) == bytes.endIndex
    ? text : String(text[start...end])
}
