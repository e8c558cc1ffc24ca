import Files

/// Flickr8k's and Flickr30k's token file (Hodosh et al., 2013; Young et al., 2014).
///
///     1000268201_693b08cb0e.jpg#0<TAB>A child in a pink dress is climbing up a set of stairs .
///
/// Lists such as `Flickr_8k.trainImages.txt` say which pictures are for what; without any, all are to
/// learn from, and pictures in none of the lists are left aside.
struct FlickrTokens: CaptionFormat {
  let name = "Flickr token file"
  let keyword = "flickr"
  let layout = "Flickr8k.token.txt or results_20130124.token, lines of FILE#N<TAB>caption (Flickr)"

  func sources(in folder: CollectionFolder) throws(DatasetError) -> [CaptionSource] {
    // The same archive holds `Flickr8k.lemma.token.txt`, whose words are cut down to their stems.
    let files = folder.files.filter {
      !$0.contains(".lemma.") && isToken(folder.firstLine(of: $0) ?? "")
    }
    guard files.count <= 1 else { throw severalFiles(files.map(folder.path(_:)), in: folder) }
    return files.map { flickrSource($0, in: folder) }
  }

  private func isToken(_ line: String) -> Bool {
    let column = line.prefix { $0 != "\t" }
    return column.endIndex < line.endIndex && (try? fileName(String(column))) != nil
  }

  func read(_ source: CaptionSource, into gathering: inout Gathering) throws(DatasetError) {
    let splits = try SplitLists(source.splitLists)
    try AnnotationFile(source.path).forEachLine { line throws(DatasetError) in
      try gathering.record(line.name) { gathering throws(DatasetError.Problem) in
        let text = try line.text()
        guard let tab = text.utf8.firstIndex(of: UInt8(ascii: "\t")) else { throw .noTab }
        let name = try fileName(String(text[..<tab]))
        guard let split = splits.split(of: name) else { return }
        let caption = text[text.utf8.index(after: tab)...]
        try gathering.addCaption(String(caption), toFile: name, split: split)
      }
    }
  }

  /// The file that `FILE#NUMBER` names.
  ///
  /// Flickr8k has captions of a `2258277193_586949ec62.jpg.1`; there is no such picture, and in none of
  /// its lists is it named.
  private func fileName(_ column: String) throws(DatasetError.Problem) -> String {
    guard let sign = column.utf8.lastIndex(of: UInt8(ascii: "#")),
      sign > column.startIndex, Int(column[column.utf8.index(after: sign)...]) != nil
    else { throw .noCaptionNumber(String(column.prefix(60))) }
    return String(column[..<sign])
  }
}

/// The table into which Flickr8k is often repacked: `captions.txt` with the header `image,caption`.
struct FlickrTable: CaptionFormat {
  let name = "Flickr captions table"
  let keyword = "flickr-csv"
  let layout = "captions.txt or .csv with the header image,caption (Flickr)"

  func sources(in folder: CollectionFolder) throws(DatasetError) -> [CaptionSource] {
    let files = folder.files.filter {
      let columns = folder.columns(of: $0)
      return columns.contains("image") && columns.contains("caption")
    }
    guard files.count <= 1 else { throw severalFiles(files.map(folder.path(_:)), in: folder) }
    return files.map { flickrSource($0, in: folder) }
  }

  func read(_ source: CaptionSource, into gathering: inout Gathering) throws(DatasetError) {
    let splits = try SplitLists(source.splitLists)
    try gathering.readTable(AnnotationFile(source.path), columns: [["image"], ["caption"]]) {
      gathering, fields throws(DatasetError.Problem) in
      guard let split = splits.split(of: fields[0]) else { return }
      try gathering.addCaption(fields[1], toFile: fields[0], split: split)
    }
  }
}

/// A Flickr file with its pictures and lists, as the archives and their copies name them.
private func flickrSource(_ file: String, in folder: CollectionFolder) -> CaptionSource {
  CaptionSource(
    path: folder.path(file),
    pictureFolders: folder.folders([
      "images", "Images", "Flicker8k_Dataset", "Flickr8k_Dataset", "flickr30k_images",
      "flickr30k-images", ".",
    ]),
    splitLists: folder.splitLists(beside: file))
}
