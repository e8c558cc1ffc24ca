import Files
import Media

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
    var id: RecordID?
    var name: String
    /// Further names that the file may have.
    var otherNames: [String] = []
    /// Names that are tried where the file is under none of the others.
    var lastNames: [String] = []
    /// Nil where the file, not the record, says what split it is.
    var split: CaptionDataset.Split?
    var kind: CaptionedImage.Kind?
    /// The part of a clip that is captioned; nil for all of it.
    var segment: ClipSegment?
    var part: ArchivePart?
    fileprivate(set) var captions: [String] = []

    init(_ name: String) { self.name = name }
  }

  /// The annotation file, for messages.
  let path: String
  let badRecords: BadRecords
  let choices: ReadingChoices
  /// The collection's folder, which absolute names may begin with.
  let root: String
  /// The most captions; more end the reading in any case.
  var captionLimit = maximumCaptionCount
  fileprivate(set) var pictures: [Picture] = []
  private(set) var leftOut: [DatasetError] = []
  /// Further files that captions were read from, as paths.
  var textFiles: [String] = []
  /// What of an archive nothing is made of.
  var passedOver = PassedOver()
  private var notedMembers: Set<String> = []
  private var captionCount = 0
  /// Where each picture is, by what the file calls it; -1 for one that was left out.
  private var places: [Key: Int] = [:]

  private enum Key: Hashable {
    case id(RecordID)
    case name(ByteName)
  }

  init(
    _ path: String, badRecords: BadRecords, root: String = ".",
    choices: ReadingChoices = ReadingChoices()
  ) {
    (self.path, self.badRecords, self.root, self.choices) = (path, badRecords, root, choices)
  }

  /// Reads one record; what is wrong with it ends the reading, or leaves it out.
  ///
  /// - Parameters:
  ///   - name: What messages call the record; nil for all of the file.
  ///   - body: Adds what the record holds.
  /// - Returns: Whether it was read.
  /// - Throws: What is wrong with it, unless bad records are left out.
  @discardableResult
  mutating func record(
    _ name: @autoclosure () -> String?,
    _ body: (inout Gathering) throws(DatasetError.Problem) -> Void
  ) throws(DatasetError) -> Bool {
    do throws(DatasetError.Problem) {
      try body(&self)
      return true
    } catch {
      let failure = DatasetError(path, record: name(), error)
      switch (error, badRecords) {
      // What published collections are known to have ends no reading.
      case (.blankCaption, _), (.nearerMetadata, _): leftOut.append(failure)
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
    id: RecordID, _ name: String, orElse lastNames: [String] = [],
    split: CaptionDataset.Split? = nil
  ) throws(DatasetError.Problem) {
    var picture = Picture(name)
    (picture.id, picture.split, picture.lastNames) = (id, split, lastNames)
    try add(picture, as: .id(id), calling: id.description)
  }

  /// Drops the captions that are to come for the picture numbered `id`, which is left out.
  mutating func dropCaptions(ofPicture id: RecordID) { places[.id(id)] = -1 }

  /// Adds a picture that the file calls `key`, which its file name need not be.
  mutating func add(
    _ picture: Picture, named key: String
  ) throws(DatasetError.Problem) {
    try add(picture, as: .name(ByteName(key)), calling: jsonString(picture.name))
  }

  private mutating func add(
    _ picture: Picture, as key: Key, calling title: String
  ) throws(DatasetError.Problem) {
    guard places[key] == nil else { throw .repeatedImage(id: title) }
    places[key] = -1
    var picture = picture
    picture.name = relative(picture.name)
    try check(picture.name)
    let trimmed = trimmed(picture.name)
    if trimmed != picture.name { picture.otherNames.append(trimmed) }
    places[key] = pictures.count
    pictures.append(picture)
  }

  /// `name` without the path of the collection, which some programs put in front.
  private func relative(_ name: String) -> String {
    guard name.hasPrefix("/") else { return name }
    let roots = [choices.pictureFolder, root].compactMap(\.self)
      .flatMap { [$0, resolvedPath($0)].compactMap(\.self) }
    guard let root = roots.first(where: { name.hasPrefix("\($0)/") }) else { return name }
    return String(name.dropFirst(root.count + 1))
  }

  private func check(_ name: String) throws(DatasetError.Problem) {
    // `.` would be the whole folder, as a clip of all its pictures.
    guard try !normalizedPath(notBlank(name)).isEmpty else { throw .emptyName }
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
  mutating func addCaption(
    _ text: String, toPicture id: RecordID
  ) throws(DatasetError.Problem) {
    guard let place = places[.id(id)] else { throw .unknownImage(id: id.description) }
    try addCaption(text, at: place)
  }

  /// Adds a caption to the picture called `name`.
  mutating func addCaption(
    _ text: String, toPicture name: String
  ) throws(DatasetError.Problem) {
    guard let place = places[.name(ByteName(name))] else {
      throw .unknownImage(id: jsonString(name))
    }
    try addCaption(text, at: place)
  }

  /// Adds a caption to the picture in the file `name`, which is added with its first caption.
  mutating func addCaption(
    _ text: String, toFile name: String, orElse otherNames: [String] = [],
    split: CaptionDataset.Split? = nil
  ) throws(DatasetError.Problem) {
    var picture = Picture(name)
    (picture.otherNames, picture.split) = (otherNames, split)
    try addCaption(text, to: picture)
  }

  /// Adds a caption to a picture, which is added with its first caption.
  mutating func addCaption(
    _ text: String, to picture: Picture
  ) throws(DatasetError.Problem) {
    let key = Key.name(ByteName(picture.name))
    if let place = places[key], place >= 0, let split = picture.split {
      guard pictures[place].split ?? split == split else {
        throw .inTwoSplits(fileName: picture.name)
      }
      pictures[place].split = split
    }
    if places[key] == nil { try add(picture, named: picture.name) }
    try addCaption(text, toPicture: picture.name)
  }

  /// Adds the captions of one record to the picture in the file `name`; a blank one takes no other along.
  mutating func addCaptions(
    _ texts: [String], toFile name: String, split: CaptionDataset.Split? = nil
  ) throws(DatasetError.Problem) {
    var isBlank = false
    for text in texts {
      do throws(DatasetError.Problem) {
        try addCaption(text, toFile: name, split: split)
      } catch {
        guard error == .blankCaption else { throw error }
        isBlank = true
      }
    }
    if isBlank { throw .blankCaption }
  }

  /// Adds the captions of a record that has one text, or a list of them, each of which may be bad.
  ///
  /// - Parameters:
  ///   - captions: What the record holds.
  ///   - record: What messages call the record.
  ///   - member: Where in it the captions are.
  ///   - add: Adds one of them.
  /// - Throws: What is wrong with one of them, unless bad records are left out.
  mutating func addCaptions(
    _ captions: Field<Texts>, of record: @autoclosure () -> String, _ member: String,
    _ add: (inout Gathering, String) throws(DatasetError.Problem) -> Void
  ) throws(DatasetError) {
    guard case .value(let texts) = captions else {
      try self.record(record()) { _ throws(DatasetError.Problem) in
        _ = try captions.required(member, "a text or a list of texts")
      }
      return
    }
    for (number, text) in texts.texts.enumerated() {
      let place = texts.isList ? "\(member)[\(number)]" : member
      try self.record(record()) { gathering throws(DatasetError.Problem) in
        try add(&gathering, text.required(place))
      }
    }
  }

  /// Remembers, once, that there are captions that are not read.
  mutating func note(unreadCaptions members: [String]) {
    for member in members where notedMembers.insert(member).inserted {
      passedOver.add("\(path): \(member)", .column)
    }
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

extension Gathering {
  /// Gives pictures their splits in the order of their names, if there are as many as `parts` have together.
  mutating func dealOut(_ parts: [(split: CaptionDataset.Split, count: Int)]) {
    guard pictures.count == parts.reduce(0, { $0 + $1.count }) else { return }
    let order = pictures.indices.sorted {
      pictures[$0].name.utf8.lexicographicallyPrecedes(pictures[$1].name.utf8)
    }
    let splits = parts.flatMap { Array(repeating: $0.split, count: $0.count) }
    for (index, split) in zip(order, splits) { pictures[index].split = split }
  }
}

/// A name, which must have a letter or another mark in it.
@discardableResult
func notBlank(_ name: String) throws(DatasetError.Problem) -> String {
  guard !trimmed(name).isEmpty else { throw .emptyName }
  return name
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
