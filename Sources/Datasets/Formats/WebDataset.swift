import Files
import Media

/// Shards of WebDataset: tar archives whose members are grouped by their names.
///
///     00000.tar: 000000000.jpg, 000000000.txt, 000000000.json, 000000001.jpg, …
///
/// The captions are in the `.txt`, `.caption` and `.cap`, one per line, or else the `caption` of
/// the `.json`; or only in its chosen member. A shard's name, or its folder, may mention the split:
/// `train-{000000..000146}.tar`, `data/train/000.tar`. Pictures are read in place, from the
/// archive.
struct WebDataset: CaptionFormat {
  let name = "WebDataset shards"
  let layout =
    "00000.tar, train-000.tar: archives of pictures and texts of the same names (WebDataset)"
  var namesPictures: Bool { false }
  var takesCaptionColumn: Bool { true }

  private typealias Member = WebDatasetSample.Member
  private static let maximumTextSize = 1 << 20

  func sources(in folder: CollectionFolder) throws(DatasetError) -> [CaptionSource] {
    let shards = folder.isOneFile ? folder.files.filter(isShard) : try shards(in: folder)
    return shards.map { shard in
      CaptionSource(
        path: folder.path(shard), split: .init(ofPath: shard) ?? .init(mentionedIn: shard),
        pictureFolders: [])
    }
  }

  private func isShard(_ file: String) -> Bool { fileExtension(of: file) == "tar" }

  /// Returns the shards in the folder and in its subfolders.
  ///
  /// Each folder must have one that holds captions: archives of pictures alone are common.
  private func shards(in folder: CollectionFolder) throws(DatasetError) -> [String] {
    var shards: [String] = []
    let tour = FolderTour(
      folder: PictureFolder(path: folder.path, followsLinks: folder.choices.followsLinks))
    try tour.visit { stop throws(DatasetError) in
      let here = stop.files.filter(isShard).map { stop.prefix + $0 }
      if here.contains(where: { holdsCaptions(folder.path($0)) }) { shards += here }
      return true
    }
    return shards
  }

  /// The number of members that are examined to distinguish a shard from other archives.
  private static let examinedCount = 64

  /// Returns true if a shard begins with pictures and texts, or cannot be read, which reading
  /// reports.
  private func holdsCaptions(_ path: String) -> Bool {
    guard let archive = try? ReadableFile(path) else { return false }
    var reader = TarReader(archive)
    var (pictures, texts): (Set<String>, Set<String>) = ([], [])
    do throws(TarError) {
      for _ in 0..<Self.examinedCount {
        guard let member = try reader.next() else { return false }
        guard !member.isTorn else { return true }
        let name = nameText(member.name)
        if MediaKind(fileName: name) != nil { pictures.insert(stem(name)) }
        if WebDatasetSample.isText(name) { texts.insert(stem(name)) }
        if !pictures.isDisjoint(with: texts) { return true }
      }
      // All pictures may come before their texts.
      return !texts.isEmpty && !pictures.isEmpty
    } catch {
      return true
    }
  }

  func read(_ source: CaptionSource, into gathering: inout Gathering) throws(DatasetError) {
    var opened: ReadableFile?
    var samples = WebDatasetSamples()
    // A shard that cannot be read to its end is one bad record: others may be intact.
    try gathering.record(nil) { gathering throws(DatasetError.Problem) in
      let archive = try open(source.path)
      opened = archive
      try readMembers(of: archive, &samples, &gathering)
    }
    guard let archive = opened else { return }
    for sample in samples.all { try add(sample, of: archive, to: &gathering) }
  }

  private func open(_ path: String) throws(DatasetError.Problem) -> ReadableFile {
    let archive: ReadableFile
    do throws(FileError) {
      archive = try ReadableFile(path)
    } catch {
      throw .unreadable(error)
    }
    if let head = try? archive.bytes(0..<512), isLargeFilePointer(head) { throw .largeFilePointer }
    return archive
  }

  private func readMembers(
    of archive: ReadableFile, _ samples: inout WebDatasetSamples, _ gathering: inout Gathering
  ) throws(DatasetError.Problem) {
    var reader = TarReader(archive)
    while let member = try next(&reader) {
      guard !member.isTorn else { throw .badArchive(atByte: member.range.upperBound) }
      let name = nameText(member.name)
      switch member.kind {
      case .file: samples.add((name, member.range))
      case .folder: break
      default: gathering.passedOver.add("\(archive.path)/\(name)", .other)
      }
    }
    if !reader.hasEnd { gathering.passedOver.add(archive.path, .end) }
    let rest = reader.unreadByteCount
    if rest > 0 {
      gathering.passedOver.add("\(archive.path): \(rest) bytes behind its end", .other)
    }
  }

  private func next(
    _ reader: inout TarReader
  ) throws(DatasetError.Problem) -> TarReader.Member? {
    do throws(TarError) {
      return try reader.next()
    } catch {
      throw .badArchive(atByte: error.offset)
    }
  }

  private func add(
    _ sample: WebDatasetSample, of archive: ReadableFile, to gathering: inout Gathering
  ) throws(DatasetError) {
    let pictures = sample.pictures
    for member in sample.members where !pictures.contains(where: { $0.name == member.name }) {
      let kind = FileClass(name: member.name) ?? .other
      // Other members of a sample are about its picture.
      guard pictures.isEmpty || kind == .picture || kind == .clip else { continue }
      gathering.passedOver.add("\(archive.path)/\(member.name)", PassedOver.Reason(kind))
    }
    for picture in pictures {
      var captions: [String] = []
      var areRead = true
      let column = gathering.choices.captionColumn
      let members = sample.captionMembers(of: picture, areInJSON: column != nil)
      for member in members {
        let isRead = try gathering.record(member.name) { gathering throws(DatasetError.Problem) in
          captions += try self.captions(in: member, of: archive, column)
        }
        areRead = areRead && isRead
      }
      guard areRead else { continue }
      try gathering.record(picture.name) { gathering throws(DatasetError.Problem) in
        if let column, members.isEmpty { throw .missingField(column) }
        var added = Gathering.Picture(picture.name)
        added.part = ArchivePart(archive: archive, range: picture.range)
        try gathering.add(added, named: picture.name)
        for caption in captions {
          try gathering.addCaption(caption, toPicture: picture.name)
        }
      }
    }
  }

  // MARK: Captions

  private func captions(
    in member: Member, of archive: ReadableFile, _ column: String?
  ) throws(DatasetError.Problem) -> [String] {
    let bytes = try bytes(of: member, in: archive)
    guard fileExtension(of: member.name) == "json" else {
      return captionLines(try text(inUTF8(bytes) ?? bytes))
    }
    let row = try row(bytes, column)
    try row.isObject.requireObject()
    if let column, row.captions.isEmpty { throw .missingField(column) }
    var captions: [String] = []
    for (name, field) in row.captions {
      for text in try field.required(name).texts {
        captions.append(try text.required(name))
      }
    }
    return captions
  }

  private func bytes(
    of member: Member, in archive: ReadableFile
  ) throws(DatasetError.Problem) -> [UInt8] {
    do throws(FileError) {
      guard member.range.count <= Self.maximumTextSize else {
        throw FileError(
          member.name, .tooLarge(byteCount: member.range.count, limit: Self.maximumTextSize))
      }
      return try archive.bytes(member.range)
    } catch {
      throw .unreadable(error)
    }
  }

  private func row(
    _ bytes: [UInt8], _ column: String?
  ) throws(DatasetError.Problem) -> CaptionRow {
    do throws(JSONError) {
      let text = inUTF8(bytes) ?? Array(withoutByteOrderMark(bytes))
      return try text.withUnsafeBufferPointer {
        bytes throws(JSONError) in
        try JSONReader.read(UnsafeRawBufferPointer(bytes), takingNaN: true) {
          reader throws(JSONError) in try CaptionRow(&reader, captionColumn: column)
        }
      }
    } catch {
      throw .notJSON(error)
    }
  }
}

/// Returns the lines of a text that are not blank, each a caption.
func captionLines(_ text: String) -> [String] {
  text.split(whereSeparator: \.isNewline).map { trimmed(String($0)) }.filter { !$0.isEmpty }
}
