import Files
import Media

/// Finds the files named by captions, whose spelling may differ from that on the disk.
///
/// The exact name is tried first, byte by byte. If there is no such file, these are tried: `\` for
/// `/`, as Windows writes it; accents composed the other way, as macOS and some archives do;
/// letters of folders and extensions in the other case; a name without its extension, in the folder
/// itself or in one below it; and with the folder's own name, or its split, in front, as
/// `train/a.jpg` in `train_images`.
struct PictureFinder {
  let folder: PictureFolder
  /// Folders that were listed, by their paths relative to `folder`.
  private var listings: [String: Listing] = [:]
  /// All pictures and clips in all folders, by their names without extension.
  private var everywhere: [ByteName: [String]]?
  /// True if names differ from those on the disk, so that every name is looked up.
  private var looksAlways = false

  init(_ folder: PictureFolder) { self.folder = folder }

  /// A found file.
  struct Found: Equatable {
    /// The path relative to the folder.
    let name: String
    /// The kind; nil if the name determines it.
    var kind: CaptionedImage.Kind?
  }

  /// Returns the file of a picture; nil if there is none.
  ///
  /// - Parameters:
  ///   - picture: The picture named by captions.
  ///   - isDeep: True if a name without extension is searched in subfolders, too.
  ///   - isSelfNamed: True if names may begin with the folder itself.
  /// - Returns: The file.
  mutating func find(
    _ picture: Gathering.Picture, deep isDeep: Bool = true, selfNamed isSelfNamed: Bool = true
  ) -> Found? {
    var names = ([picture.name] + picture.otherNames).flatMap(Self.spellings)
    if isSelfNamed { names += names.compactMap(insideItself) + picture.lastNames }
    if let name = names.first(where: folder.has) { return found(name) }
    for name in names where isInsideFolder(name) {
      if let name = looselyNamed(name, deep: isDeep) { return found(name) }
    }
    return nil
  }

  /// Returns true if one of `pictures` exists.
  mutating func finds(
    _ pictures: some Sequence<Gathering.Picture>, deep isDeep: Bool, selfNamed isSelfNamed: Bool
  ) -> Bool {
    for picture in pictures {
      guard let found = find(picture, deep: isDeep, selfNamed: isSelfNamed) else { continue }
      looksAlways = !found.name.utf8.elementsEqual(picture.name.utf8)
      return true
    }
    return false
  }

  /// The same, without a disk access for names that are unambiguous.
  mutating func findOrTrust(_ picture: Gathering.Picture) -> Found? {
    let isPlain =
      !looksAlways && picture.otherNames.isEmpty && MediaKind(fileName: picture.name) != nil
      && picture.name.utf8.allSatisfy { $0 < 0x80 && $0 != backslash }
    return isPlain ? Found(name: picture.name) : find(picture)
  }

  private static func spellings(_ name: String) -> [String] {
    name.utf8.contains(backslash) ? [name, name.replacing("\\", with: "/")] : [name]
  }

  /// Returns the rest of a name that begins with this folder, by its own name or that of its split;
  /// nil if it does not.
  private func insideItself(_ name: String) -> String? {
    let name = name.hasPrefix("./") ? name.dropFirst(2) : name[...]
    guard let slash = name.firstIndex(of: "/"),
      let own = folder.path.split(separator: "/").last.map(String.init)
    else { return nil }
    let first = String(name[..<slash])
    let split = CaptionDataset.Split(ofPictureFolder: first)
    guard
      first.lowercased() == own.lowercased()
        || split != nil && split == .init(ofPictureFolder: own)
    else { return nil }
    return String(name[name.index(after: slash)...])
  }

  private func found(_ name: String) -> Found {
    guard MediaKind(fileName: name) == nil else { return Found(name: name) }
    if isFolder("\(folder.path)/\(name)") { return Found(name: name, kind: .frames) }
    let isClip = FileClass(ofContent: folder.head(of: name)) == .clip
    return Found(name: name, kind: isClip ? .clip : .picture)
  }

  // MARK: Looking around

  private mutating func looselyNamed(_ name: String, deep isDeep: Bool) -> String? {
    var parts = name.split(separator: "/").filter { $0 != "." }.map(String.init)
    guard let last = parts.popLast() else { return nil }
    var path = ""
    for part in parts {
      guard let exact = entry(part, in: path) ?? cased(part, in: path) else { return nil }
      path += "\(exact)/"
    }
    if let exact = entry(last, in: path) { return path + exact }
    let alike = listing(path).stems[ByteName(stem(last))] ?? []
    guard MediaKind(fileName: last) == nil else {
      // `a.JPG` for `a.jpg`.
      return alike.first { fileExtension(of: $0) == fileExtension(of: last) }.map { path + $0 }
    }
    if let whole = listing(path).stems[ByteName(last)]?.first { return path + whole }
    return parts.isEmpty && isDeep ? whereverStemmed(last) : nil
  }

  /// Returns the entry of a folder called `name`, regardless of the composition of accents.
  private mutating func entry(_ name: String, in path: String) -> String? {
    let same = listing(path).names[name] ?? []
    return same.first { ByteName($0) == ByteName(name) } ?? (same.count == 1 ? same[0] : nil)
  }

  /// Returns the only entry of a folder equal to `name` apart from case.
  private mutating func cased(_ name: String, in path: String) -> String? {
    let alike = listing(path).lowercased[name.lowercased()] ?? []
    return alike.count == 1 ? alike[0] : nil
  }

  /// Returns the only picture or clip below the folder whose name without extension is `stem`.
  private mutating func whereverStemmed(_ stem: String) -> String? {
    if everywhere == nil {
      var all: [ByteName: [String]] = [:]
      try? FolderTour(folder: folder).visit { stop in
        for file in stop.files where MediaKind(fileName: file) != nil {
          all[ByteName(Datasets.stem(file)), default: []].append(stop.prefix + file)
        }
        return true
      }
      everywhere = all
    }
    let found = everywhere?[ByteName(stem)] ?? []
    return found.count == 1 ? found[0] : nil
  }

  private mutating func listing(_ path: String) -> Listing {
    if let known = listings[path] { return known }
    let listing = Listing(folder.names(in: path))
    listings[path] = listing
    return listing
  }

  private struct Listing {
    /// The names, keyed by text: Swift compares texts by meaning, so that accents are equal
    /// regardless of their composition.
    let names: [String: [String]]
    let lowercased: [String: [String]]
    /// The pictures and clips by their names without extension.
    let stems: [ByteName: [String]]

    init(_ names: [String]) {
      self.names = Dictionary(grouping: names) { $0 }
      lowercased = Dictionary(grouping: names) { $0.lowercased() }
      stems = Dictionary(grouping: names.filter { MediaKind(fileName: $0) != nil }) {
        ByteName(stem($0))
      }
    }
  }
}

private let backslash = UInt8(ascii: "\\")
