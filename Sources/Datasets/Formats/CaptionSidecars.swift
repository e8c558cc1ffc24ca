import Files
import Media

/// Pictures and clips, each with its captions in a text of the same name: `a.jpg` and `a.txt`,
/// `a.caption` or `a.jpg.txt`; one caption per line.
///
/// If a name does not show that a file is a picture or clip, its content does. Names of texts may
/// differ in case if there is no exact match. Folders may be nested; the topmost named `train`,
/// `validation` or `test`, or else one that mentions these as `val2017` does, determines the split.
struct CaptionSidecars: CaptionFormat {
  let name = "captions beside pictures"
  let keyword = "sidecar"
  let layout = "pictures or clips with a .txt or .caption file of the same name beside each"
  var namesPictures: Bool { false }

  private static let maximumTextSize = 1 << 20

  func sources(in folder: CollectionFolder) throws(DatasetError) -> [CaptionSource] {
    guard !folder.isOneFile else { return [] }
    var isThere = false
    try visit(PictureFolder(path: folder.path, followsLinks: folder.choices.followsLinks)) {
      pairs throws(DatasetError) in
      isThere = pairs.contains { !$0.texts.isEmpty }
      return !isThere
    }
    return isThere ? [CaptionSource(path: folder.path, pictureFolders: [folder.path])] : []
  }

  func read(_ source: CaptionSource, into gathering: inout Gathering) throws(DatasetError) {
    let folder = PictureFolder(path: source.path, followsLinks: gathering.choices.followsLinks)
    try visit(folder) { pairs throws(DatasetError) in
      for pair in pairs {
        gathering.textFiles += pair.texts.map { "\(source.path)/\($0)" }
        var captions: [String] = []
        var areRead = true
        for text in pair.texts {
          let isRead = try gathering.record(text) { _ throws(DatasetError.Problem) in
            captions += captionLines(try folder.text(of: text, limit: Self.maximumTextSize))
          }
          areRead = areRead && isRead
        }
        guard areRead else { continue }
        try gathering.record(pair.picture) { gathering throws(DatasetError.Problem) in
          var picture = Gathering.Picture(pair.picture)
          (picture.split, picture.kind) = (.init(ofPath: pair.picture), pair.kind)
          try gathering.add(picture, named: pair.picture)
          for caption in captions { try gathering.addCaption(caption, toPicture: pair.picture) }
        }
      }
      return true
    }
  }

  // MARK: Finding

  /// A picture or clip with the texts that lie beside it.
  private struct Pair {
    let picture: String
    let kind: CaptionedImage.Kind
    let texts: [String]
  }

  /// Visits the pictures of one folder after the other, in the order of their names.
  private func visit(
    _ folder: PictureFolder, _ body: ([Pair]) throws(DatasetError) -> Bool
  ) throws(DatasetError) {
    try FolderTour(folder: folder).visit { stop throws(DatasetError) in
      try body(pairs(stop, in: folder))
    }
  }

  private func pairs(_ stop: FolderTour.Stop, in folder: PictureFolder) -> [Pair] {
    var texts = Set<ByteName>()
    var pictures: [(file: String, kind: CaptionedImage.Kind)] = []
    func add(_ file: String, _ found: FileClass?) {
      if found == .picture { pictures.append((file, .picture)) }
      if found == .clip { pictures.append((file, .clip)) }
    }
    for file in stop.files {
      let known = FileClass(name: file)
      if known == .text { texts.insert(ByteName(file)) }
      add(file, known ?? FileClass(ofContent: folder.head(of: stop.prefix + file)))
    }
    var found = Self.texts(texts, beside: pictures.map(\.file))
    // A file with the name of a text that belongs to no picture may be a picture itself.
    let alone = texts.subtracting(found.values.joined().map(ByteName.init))
    for file in alone {
      add(file.text, FileClass(ofContent: folder.head(of: stop.prefix + file.text)))
    }
    return pictures.sorted { $0.file.utf8.lexicographicallyPrecedes($1.file.utf8) }
      .map { file, kind in
        let names = found.removeValue(forKey: ByteName(file)) ?? []
        return Pair(
          picture: stop.prefix + file, kind: kind, texts: names.map { stop.prefix + $0 })
      }
  }

  /// Returns the texts of each picture: those of the same name, or else those whose names differ
  /// only in case or the composition of accents, and that belong to no other.
  private static func texts(
    _ texts: Set<ByteName>, beside pictures: [String]
  ) -> [ByteName: [String]] {
    let sorted = texts.map(\.text).sorted()
    let exact = Dictionary(grouping: sorted) { ByteName(stem($0)) }
    var found: [ByteName: [String]] = [:]
    for picture in pictures {
      let names = stem(picture) == picture ? [picture] : [stem(picture), picture]
      let same = names.flatMap { exact[ByteName($0)] ?? [] }
      if !same.isEmpty { found[ByteName(picture)] = same }
    }
    let rest = texts.subtracting(found.values.joined().map(ByteName.init)).map(\.text).sorted()
    guard !rest.isEmpty else { return found }
    let alike = Dictionary(grouping: rest) { stem($0).lowercased() }
    let wanting = pictures.filter { found[ByteName($0)] == nil }
    for (key, pictures) in Dictionary(grouping: wanting, by: { stem($0).lowercased() })
    where pictures.count == 1 {
      found[ByteName(pictures[0])] = alike[key]
    }
    return found
  }
}
