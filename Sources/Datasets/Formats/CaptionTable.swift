import Files
import Media

/// The simplest format: lines of `path<TAB>caption`, without a header.
///
/// Lines with the same path are captions of one picture. In a path `\t`, `\n` and `\\` stand for
/// the characters that would break a line, as `cutline caption -f tsv` writes them; if there is no
/// such file, backslashes stand for themselves, or for Windows' separators.
struct CaptionTable: CaptionFormat {
  let name = "tab-separated captions"
  let keyword = "tsv"
  let layout = "captions.tsv, or train.tsv and val.tsv, lines of PATH<TAB>caption"

  private static let pictureFolders = [".", "images", "videos"]

  func sources(in folder: CollectionFolder) throws(DatasetError) -> [CaptionSource] {
    let tables = folder.files.filter { file in
      guard folder.isOneFile || fileExtension(of: file) == "tsv" else { return false }
      let lines = folder.firstLines(of: file)
      return lines.first?.contains("\t") == true
        && (folder.isOneFile || isNamed(file) || namesPictures(lines, in: folder))
    }
    // If one has the expected name, others are about something else.
    let known = tables.filter(isNamed)
    return try sources(
      known.isEmpty ? tables : known, in: folder, pictureFolders: Self.pictureFolders
    ).map { source in
      var source = source
      source.nameMapping = folder.nameMapping(beside: source.path)
      return source
    }
  }

  private func isNamed(_ file: String) -> Bool {
    let name = file.split(separator: "/").last.map(String.init) ?? file
    return stem(name).lowercased() == "captions" || CaptionDataset.Split(mentionedIn: name) != nil
  }

  /// Returns true if most lines begin with a picture or clip followed by a text, unlike lists of
  /// words with their counts.
  private func namesPictures(_ lines: [String], in folder: CollectionFolder) -> Bool {
    let named = lines.filter { line in
      guard let (path, caption) = columns(of: line), Double(caption) == nil else { return false }
      return MediaKind(fileName: path) != nil
        || folder.folders(Self.pictureFolders).contains { isFolder($0 + "/" + path) }
    }
    return named.count * 2 > lines.count
  }

  private func columns(of line: String) -> (path: String, caption: String)? {
    guard let tab = line.utf8.firstIndex(of: UInt8(ascii: "\t")) else { return nil }
    return (String(line[..<tab]), String(line[line.utf8.index(after: tab)...]))
  }

  func read(_ source: CaptionSource, into gathering: inout Gathering) throws(DatasetError) {
    let mapping = try source.mapping()
    try AnnotationFile(source.path).forEachLine { line throws(DatasetError) in
      try gathering.record(line.name) { gathering throws(DatasetError.Problem) in
        guard let (path, caption) = columns(of: try line.text()) else { throw .noTab }
        let name = unescaped(path)
        let others = ByteName(name) == ByteName(path) ? [] : [path]
        try gathering.addCaption(
          caption, toFile: name, orElse: others + mapping.otherNames(of: name))
      }
    }
  }
}

/// Returns `path` with its escapes of tab, line feed and backslash replaced.
func unescaped(_ path: String) -> String {
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
