import Files

/// The quickest way in: lines of `path<TAB>caption`, without a header.
///
/// Lines of the same path are captions of one picture. In a path `\t`, `\n` and `\\` stand for the
/// characters that would tear a line apart, as `cutline caption -f tsv` writes them.
struct CaptionTable: CaptionFormat {
  let name = "tab-separated captions"
  let keyword = "tsv"
  let layout = "captions.tsv, or train.tsv and val.tsv, lines of PATH<TAB>caption"

  func sources(in folder: CollectionFolder) throws(DatasetError) -> [CaptionSource] {
    let tables = folder.files.filter { file in
      (folder.isOneFile || fileExtension(of: file) == "tsv")
        && folder.firstLine(of: file)?.contains("\t") == true
    }
    // Where one is called as it should be, others are about something else.
    let known = tables.filter {
      stem($0) == "captions" || CaptionDataset.Split(mentionedIn: $0) != nil
    }
    let files = known.isEmpty ? tables : known
    let sources = files.map {
      CaptionSource(
        path: folder.path($0), split: .init(mentionedIn: $0) ?? .train,
        pictureFolders: folder.folders([".", "images", "videos"]))
    }
    guard Set(sources.map(\.split)).count == sources.count else {
      throw severalFiles(sources.map(\.path), in: folder)
    }
    return sources
  }

  func read(_ source: CaptionSource, into gathering: inout Gathering) throws(DatasetError) {
    try AnnotationFile(source.path).forEachLine { line throws(DatasetError) in
      try gathering.record(line.name) { gathering throws(DatasetError.Problem) in
        let text = try line.text()
        guard let tab = text.utf8.firstIndex(of: UInt8(ascii: "\t")) else { throw .noTab }
        let caption = text[text.utf8.index(after: tab)...]
        try gathering.addCaption(String(caption), toFile: unescaped(String(text[..<tab])))
      }
    }
  }
}

/// `path` with tab, line feed and backslash instead of `\t`, `\n` and `\\`.
private func unescaped(_ path: String) -> String {
  guard path.utf8.contains(UInt8(ascii: "\\")) else { return path }
  var result = ""
  var rest = path.unicodeScalars[...]
  while let scalar = rest.popFirst() {
    switch (scalar, rest.first) {
    case ("\\", "t"): result += "\t"
    case ("\\", "n"): result += "\n"
    case ("\\", "\\"): result += "\\"
    default:
      result.unicodeScalars.append(scalar)
      continue
    }
    rest.removeFirst()
  }
  return result
}
