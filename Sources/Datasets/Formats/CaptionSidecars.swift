import Files

/// Pictures, each with its captions in a text file of the same name: `a.jpg` and `a.txt`, or
/// `a.caption`; one caption a line.
///
/// Folders may be in folders. One called `train`, `validation` or `test` at the top is a split.
struct CaptionSidecars: CaptionFormat {
  let name = "captions beside pictures"
  let keyword = "sidecar"
  let layout = "pictures with a .txt or .caption file of the same name beside each"

  /// What a text beside a picture ends with.
  private static let extensions = ["txt", "caption"]
  private static let maximumDepth = 32
  private static let maximumTextSize = 1 << 20

  func sources(in folder: CollectionFolder) throws(DatasetError) -> [CaptionSource] {
    guard !folder.isOneFile, try !pairs(in: folder.path, stoppingAtFirst: true).isEmpty else {
      return []
    }
    return [CaptionSource(path: folder.path, pictureFolders: [folder.path])]
  }

  func read(_ source: CaptionSource, into gathering: inout Gathering) throws(DatasetError) {
    for pair in try pairs(in: source.path, stoppingAtFirst: false) {
      try gathering.record(pair.picture) { gathering throws(DatasetError.Problem) in
        let text = try text(of: pair, in: source.path)
        let top = pair.picture.prefix { $0 != "/" }
        try gathering.addPicture(
          named: pair.picture, file: pair.picture, split: .init(named: String(top)))
        for line in text.split(whereSeparator: \.isNewline) {
          let caption = trimmed(String(line))
          if !caption.isEmpty { try gathering.addCaption(caption, toPicture: pair.picture) }
        }
      }
    }
  }

  private func text(of pair: Pair, in folder: String) throws(DatasetError.Problem) -> String {
    guard let name = pair.text else { return "" }
    let content: [UInt8]
    do throws(FileError) {
      content = try bytes(ofFile: name, beneath: folder, limit: Self.maximumTextSize)
    } catch {
      throw .unreadable(error)
    }
    return try Datasets.text(content)
  }

  // MARK: Finding

  private struct Pair {
    let picture: String
    /// Nil where the picture has no text.
    let text: String?
  }

  /// The pictures in `folder` and the folders in it, in the order of their names.
  private func pairs(
    in folder: String, stoppingAtFirst: Bool
  ) throws(DatasetError) -> [Pair] {
    do throws(FileError) {
      var pairs: [Pair] = []
      try collect(from: folder, "", depth: 0, stoppingAtFirst, into: &pairs)
      return stoppingAtFirst ? pairs.filter { $0.text != nil } : pairs
    } catch {
      throw DatasetError(folder, .unreadable(error))
    }
  }

  /// Links to folders are not followed: they may lead round in circles.
  private func collect(
    from root: String, _ prefix: String, depth: Int, _ stoppingAtFirst: Bool,
    into pairs: inout [Pair]
  ) throws(FileError) {
    let names = try namesInFolder("\(root)/\(prefix)")
    let texts = Set(names.filter { Self.extensions.contains(fileExtension(of: $0)) })
    for name in names where !name.hasPrefix(".") && !texts.contains(name) {
      if stoppingAtFirst, pairs.last?.text != nil { return }
      if isPictureName(name) {
        let text = Self.extensions.map { "\(stem(name)).\($0)" }.first(where: texts.contains)
        pairs.append(Pair(picture: prefix + name, text: text.map { prefix + $0 }))
      } else if depth < Self.maximumDepth, isFolderItself("\(root)/\(prefix)\(name)") {
        try collect(
          from: root, "\(prefix)\(name)/", depth: depth + 1, stoppingAtFirst, into: &pairs)
      }
    }
  }
}
