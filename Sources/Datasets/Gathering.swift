import Files
import Media

/// The treatment of records with errors.
package enum BadRecords: Sendable {
  /// Reading ends with the first of them.
  case stop
  /// They are left out, and kept with the reason.
  case leaveOut
}

/// Gathers the pictures and captions of one annotation file while its format reads it.
///
/// The rules of all formats are here: names stay in the folder of pictures, ids are unique, blank
/// captions are left out, and bad records are reported or end the reading.
struct Gathering {
  static let maximumCaptionCount = 20_000_000
  /// The maximum size of a path, and of each part of it, in bytes, on Linux.
  private static let maximumNameSize = (path: 4095, part: 255)

  struct Picture {
    var id: RecordID?
    var name: String
    /// Alternative names of the file.
    var otherNames: [String] = []
    /// Names that are tried if the file has none of the others.
    var lastNames: [String] = []
    /// The split; nil if the file, not the record, determines it.
    var split: CaptionDataset.Split?
    var kind: CaptionedImage.Kind?
    /// The captioned part of a clip; nil for all of it.
    var segment: ClipSegment?
    var part: ArchivePart?
    fileprivate(set) var captions: [String] = []

    init(_ name: String) { self.name = name }
  }

  /// The annotation file, for messages.
  let path: String
  let badRecords: BadRecords
  let choices: ReadingChoices
  /// The collection's folder, with which absolute names may begin.
  let root: String
  /// The maximum number of captions; more end the reading in any case.
  var captionLimit = maximumCaptionCount
  fileprivate(set) var pictures: [Picture] = []
  private(set) var leftOut: [DatasetError] = []
  /// Further files that captions were read from, as paths.
  var textFiles: [String] = []
  /// The members of an archive that are not used.
  var passedOver = PassedOver()
  private var notedMembers: Set<String> = []
  private var captionCount = 0
  /// The index of each picture, by its key in the file; -1 for one that was left out.
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

  /// Reads one record; an error ends the reading, or leaves the record out.
  ///
  /// - Parameters:
  ///   - name: The name of the record in messages; nil for the whole file.
  ///   - body: Adds the contents of the record.
  /// - Returns: True if it was read.
  /// - Throws: The error of the record, unless bad records are left out.
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
      // Known faults of published collections do not end the reading.
      case (.blankCaption, _), (.nearerMetadata, _): leftOut.append(failure)
      case (.tooManyCaptions, _): throw failure
      case (_, .leaveOut): leftOut.append(failure)
      case (_, .stop): throw failure
      }
      return false
    }
  }

  // MARK: Pictures

  /// Adds the picture with the number `id` in the file.
  mutating func addPicture(
    id: RecordID, _ name: String, orElse lastNames: [String] = [],
    split: CaptionDataset.Split? = nil
  ) throws(DatasetError.Problem) {
    var picture = Picture(name)
    (picture.id, picture.split, picture.lastNames) = (id, split, lastNames)
    try add(picture, as: .id(id), calling: id.description)
  }

  /// Drops the captions that follow for the picture `id`, which is left out.
  mutating func dropCaptions(ofPicture id: RecordID) { places[.id(id)] = -1 }

  /// Adds a picture with the key `key`, which need not be its file name.
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

  /// Returns `name` without the path of the collection, which some programs put in front.
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

  /// Adds a caption to the picture with the number `id`; a caption of a picture that was left out
  /// is dropped.
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

  /// Adds the captions of one record to the picture in the file `name`; a blank one does not affect
  /// the others.
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
  ///   - captions: The captions of the record.
  ///   - record: The name of the record in messages.
  ///   - member: The member with the captions.
  ///   - add: Adds one of them.
  /// - Throws: The error of one of them, unless bad records are left out.
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

  /// Records, once, that there are captions that are not read.
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
  /// Assigns splits to the pictures in the order of their names, if their number is the total of
  /// `parts`.
  mutating func dealOut(_ parts: [(split: CaptionDataset.Split, count: Int)]) {
    guard pictures.count == parts.reduce(0, { $0 + $1.count }) else { return }
    let order = pictures.indices.sorted {
      pictures[$0].name.utf8.lexicographicallyPrecedes(pictures[$1].name.utf8)
    }
    let splits = parts.flatMap { Array(repeating: $0.split, count: $0.count) }
    for (index, split) in zip(order, splits) { pictures[index].split = split }
  }
}

/// Returns a name, which must not be blank.
@discardableResult
func notBlank(_ name: String) throws(DatasetError.Problem) -> String {
  guard !trimmed(name).isEmpty else { throw .emptyName }
  return name
}

/// Returns `text` without blanks and line ends around it, which some of COCO's captions have.
func trimmed(_ text: String) -> String {
  func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (9...13).contains(byte) }
  let bytes = text.utf8
  guard let start = bytes.firstIndex(where: { !isBlank($0) }),
    let end = bytes.lastIndex(where: { !isBlank($0) })
  else { return "" }
  return start == bytes.startIndex && bytes.index(after: end) == bytes.endIndex
    ? text : String(text[start...end])
}
