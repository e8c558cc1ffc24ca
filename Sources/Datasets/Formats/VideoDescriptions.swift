import Files

/// MSVD's sentences as commonly distributed: `AllVideoDescriptions.txt`.
///
///     # a few lines about the file
///     -4wsuPCjDBc_5_15 a squirrel is eating a peanut in it's shell
///
/// The clip precedes the first blank: `ID_START_END`, the file `ID_START_END.avi` or another video,
/// or the name in `youtube_mapping.txt`. Splits are as for MSVD's table.
struct VideoDescriptions: CaptionFormat {
  let name = "MSVD descriptions"
  var goesBySplitLists: Bool { true }
  let layout = "AllVideoDescriptions.txt, lines of CLIP and a sentence (MSVD)"

  func sources(in folder: CollectionFolder) throws(DatasetError) -> [CaptionSource] {
    let files = folder.files.filter { file in
      guard folder.isOneFile || fileExtension(of: file) == "txt" else { return false }
      return isNamed(file) || describesClips(folder.firstLines(of: file))
    }
    guard files.count <= 1 else { throw severalFiles(files.map(folder.path(_:)), in: folder) }
    return files.map { msvdSource($0, in: folder) }
  }

  func read(_ source: CaptionSource, into gathering: inout Gathering) throws(DatasetError) {
    let splits = try SplitLists(source.splitLists)
    let mapping = try source.mapping()
    try AnnotationFile(source.path).forEachLine { line throws(DatasetError) in
      try gathering.record(line.name) { gathering throws(DatasetError.Problem) in
        let text = try line.text()
        guard !isRemark(text) else { return }
        guard let (clip, sentence) = description(text) else { throw .noClipName }
        try gathering.addMSVD(sentence, clip, splits, mapping)
      }
    }
    if source.splitLists.isEmpty { gathering.dealOutMSVD() }
  }

  private func isNamed(_ file: String) -> Bool {
    stem(file).lowercased().hasSuffix("allvideodescriptions")
  }

  /// Returns true if most lines are a clip and a sentence: one bad line must not hide all others.
  private func describesClips(_ lines: [String]) -> Bool {
    let lines = lines.filter { !isRemark($0) }
    let described = lines.count { description($0).map { !$0.sentence.isEmpty } ?? false }
    return described * 2 > lines.count
  }

  /// Returns true for a remark: copies have them after `#`, or between `/*` and `*/` with a `*`
  /// before each.
  private func isRemark(_ line: String) -> Bool {
    let line = trimmed(line)
    return line.isEmpty || ["#", "/*", "*"].contains(where: line.hasPrefix)
  }

  /// Returns the clip and the sentence of a line; nil if it begins with no clip, or only numbers
  /// it.
  private func description(_ line: String) -> (clip: String, sentence: String)? {
    let blank = line.firstIndex { $0 == " " || $0 == "\t" } ?? line.endIndex
    let clip = line[..<blank]
    let numbers = clip.split(separator: "_", omittingEmptySubsequences: false).suffix(2)
    guard numbers.count == 2, numbers.allSatisfy({ Int($0) != nil }) else { return nil }
    let sentence = trimmed(String(line[blank...]))
    // `youtube_mapping.txt` has lines such as `-4wsuPCjDBc_5_15 vid1`.
    guard !(sentence.hasPrefix("vid") && Int(sentence.dropFirst(3)) != nil) else { return nil }
    return (String(clip), sentence)
  }
}

extension CaptionFormat {
  func msvdSource(_ file: String, in folder: CollectionFolder) -> CaptionSource {
    var source = CaptionSource(
      path: folder.path(file),
      pictureFolders: folder.folders(["videos", "."]))
    source.splitLists = folder.splitLists(beside: file)
    source.nameMapping = folder.nameMapping(beside: source.path)
    return source
  }
}

extension Gathering {
  /// Adds a sentence about a clip, if a list names it or there are none.
  mutating func addMSVD(
    _ sentence: String, _ clip: String, _ splits: SplitLists, _ mapping: NameMapping
  ) throws(DatasetError.Problem) {
    let names = ["\(clip).avi", "\(clip).mp4", clip] + mapping.otherNames(of: clip)
    guard let split = names.lazy.compactMap({ splits.split(of: $0) }).first else { return }
    var picture = Picture(names[0])
    (picture.otherNames, picture.split, picture.kind) = (Array(names.dropFirst()), split, .clip)
    try addCaption(sentence, to: picture)
  }

  /// Splits the clips of the whole of MSVD as usual in papers (Venugopalan et al., 2015).
  ///
  /// Of the 1,970 clips, in the order of their names, 1,200 are for training, 100 for validation
  /// and 670 for testing.
  mutating func dealOutMSVD() {
    dealOut([(.train, 1200), (.validation, 100), (.test, 670)])
  }
}
