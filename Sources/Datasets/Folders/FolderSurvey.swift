import Files
import Media

/// Finds the files of a collection that were not used.
struct FolderSurvey {
  private let root: String
  private let followsLinks: Bool
  /// Returns true for a table that is known to be about something else.
  private let isHarmless: (String) -> Bool
  /// Folders of pictures, which may lie elsewhere.
  private var folders: Set<String> = []
  private var used: Set<ByteName> = []
  /// Folders that are clips.
  private var frameFolders: Set<ByteName> = []

  init(_ root: String, followsLinks: Bool, isHarmless: @escaping (String) -> Bool) {
    (self.root, self.followsLinks, self.isHarmless) = (root, followsLinks, isHarmless)
  }

  mutating func use(_ source: CaptionSource) {
    for path in [source.path] + source.splitLists.values { use(path) }
    if let path = source.nameMapping { use(path) }
  }

  mutating func use(_ contents: CaptionContents) {
    for path in contents.textFiles { use(path) }
    for image in contents.datasets.lazy.flatMap(\.examples) where image.part == nil {
      folders.insert(normalizedPath(image.folder))
      if image.kind == .frames {
        frameFolders.insert(ByteName(normalizedPath(image.path)))
      } else {
        use(image.path)
      }
    }
  }

  private mutating func use(_ path: String) { used.insert(ByteName(normalizedPath(path))) }

  /// Returns the unused files in the folder, and in the folders of pictures.
  func passedOver() throws(DatasetError) -> PassedOver {
    var passedOver = PassedOver()
    let root = normalizedPath(self.root)
    let elsewhere = folders.filter { folder in
      root.isEmpty
        ? folder.hasPrefix("/") || folder.hasPrefix("..")
        : folder != root && !folder.hasPrefix("\(root)/")
    }
    for path in [self.root] + elsewhere.filter(isFolder).sorted() {
      let folder = PictureFolder(path: path, followsLinks: followsLinks)
      var tour = FolderTour(folder: folder)
      tour.knownFolders = folders
      try tour.visit { stop throws(DatasetError) in
        note(stop, in: folder, &passedOver)
        return true
      }
    }
    return passedOver
  }

  private func note(
    _ stop: FolderTour.Stop, in folder: PictureFolder, _ passedOver: inout PassedOver
  ) {
    let here = ByteName(normalizedPath("\(folder.path)/\(stop.prefix)"))
    let isClip = frameFolders.contains(here)
    for file in stop.files {
      let path = normalizedPath("\(folder.path)/\(stop.prefix)\(file)")
      guard !used.contains(ByteName(path)), !(isClip && MediaKind(fileName: file) == .image) else {
        continue
      }
      passedOver.add(path, reason(file, at: stop.prefix + file, in: folder))
    }
    for (name, reason) in stop.passedOver {
      passedOver.add(normalizedPath("\(folder.path)/\(stop.prefix)\(name)"), reason)
    }
  }

  private func reason(
    _ file: String, at name: String, in folder: PictureFolder
  ) -> PassedOver.Reason {
    let word = file.lowercased()
    if ["readme", "license", "licence"].contains(where: word.hasPrefix) || isHarmless(name) {
      return .other
    }
    let named = FileClass(name: file)
    // The archive from which a folder beside it was unpacked.
    if named == .archive, [stem(name), stem(stem(name))].contains(where: folder.hasFolder) {
      return .other
    }
    // A picture may have any name.
    if named != .picture, named != .clip, named != .archive,
      let found = FileClass(ofContent: folder.head(of: name))
    {
      return PassedOver.Reason(found)
    }
    return PassedOver.Reason(named ?? .other)
  }
}
