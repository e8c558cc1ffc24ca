import Files

/// Flickr8k's and Flickr30k's token file (Hodosh et al., 2013; Young et al., 2014).
///
///     1000268201_693b08cb0e.jpg#0<TAB>A child in a pink dress is climbing up a set of stairs .
///
/// Lists such as `Flickr_8k.trainImages.txt` assign pictures to splits; without any, all are
/// training data. Pictures in none of the lists are left aside.
struct FlickrTokens: CaptionFormat {
  let name = "Flickr token file"
  let keyword = "flickr"
  var goesBySplitLists: Bool { true }
  let layout = "Flickr8k.token.txt or results_20130124.token, lines of FILE#N<TAB>caption (Flickr)"

  func sources(in folder: CollectionFolder) throws(DatasetError) -> [CaptionSource] {
    // The same archive holds `Flickr8k.lemma.token.txt`, whose words are lemmas.
    let files = folder.files.filter {
      !$0.contains(".lemma.") && isToken(folder.firstLine(of: $0) ?? "")
    }
    guard files.count <= 1 else { throw severalFiles(files.map(folder.path(_:)), in: folder) }
    return files.map { file in
      var source = CaptionSource(
        path: folder.path(file), pictureFolders: folder.folders(["images", "."]))
      source.splitLists = folder.splitLists(beside: file)
      return source
    }
  }

  func isOfOtherTask(_ file: String) -> Bool { isBesideFlickr(file) }

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

  /// Returns the file that `FILE#NUMBER` names.
  ///
  /// Flickr8k has captions of a `2258277193_586949ec62.jpg.1`; there is no such picture, and none
  /// of its lists names it.
  private func fileName(_ column: String) throws(DatasetError.Problem) -> String {
    guard let sign = column.utf8.lastIndex(of: UInt8(ascii: "#")),
      sign > column.startIndex, Int(column[column.utf8.index(after: sign)...]) != nil
    else { throw .noCaptionNumber(String(column.prefix(60))) }
    return String(column[..<sign])
  }
}

/// A table with a column for the picture and one for the caption, a common form of Flickr8k.
///
///     image,caption                        image_name| comment_number| comment        (Kaggle's Flickr30k)
///
/// `TableHeader` has the names of columns. A `split` is read if there is one, and each element of a
/// list, in the syntax of JSON or Python, is a caption.
struct FlickrTable: CaptionFormat {
  let name = "captions table"
  let keyword = "flickr-csv"
  var goesBySplitLists: Bool { true }
  var takesCaptionColumn: Bool { true }
  let layout = "captions.txt, .csv or .tsv with a header such as image,caption (Flickr)"

  func sources(in folder: CollectionFolder) throws(DatasetError) -> [CaptionSource] {
    try sources(
      folder.files.filter { file in
        guard let header = folder.header(of: file) else { return false }
        return header.picturePlace != nil
          && !header.captionPlaces(folder.choices.captionColumn).isEmpty
      }, in: folder, pictureFolders: ["images", "."])
  }

  func read(_ source: CaptionSource, into gathering: inout Gathering) throws(DatasetError) {
    let splits = try SplitLists(source.splitLists)
    let column = gathering.choices.captionColumn
    var hasSplits = false
    try gathering.readTable(
      AnnotationFile(source.path),
      columns: { header throws(DatasetError.Problem) in
        hasSplits = header.splitPlace != nil
        return [try header.requiredPicture()] + [header.splitPlace].compactMap(\.self)
          + (try header.requiredCaptions(column))
      },
      { gathering, fields throws(DatasetError.Problem) in
        var split = source.split
        if hasSplits {
          guard let said = try Datasets.split(inField: fields[1]) else {
            throw .unknownSplit(fields[1])
          }
          split = said
        } else if !source.splitLists.isEmpty {
          split = splits.split(of: fields[0])
          // Pictures in none of the lists are left aside.
          if split == nil { return }
        }
        let texts = try captions(inFields: fields.dropFirst(hasSplits ? 2 : 1))
        try gathering.addCaptions(texts, toFile: fields[0], split: split)
      })
  }
}

/// Returns the split that a field names; nil if it is blank.
func split(inField field: String) throws(DatasetError.Problem) -> CaptionDataset.Split? {
  let name = trimmed(field)
  guard !name.isEmpty else { return nil }
  guard let split = CaptionDataset.Split(named: name) else { throw .unknownSplit(field) }
  return split
}

/// Returns true for the further files of Flickr8k's archives, and for its token files.
private func isBesideFlickr(_ file: String) -> Bool {
  file.contains(".lemma.")
    || [
      "CrowdFlowerAnnotations.txt", "ExpertAnnotations.txt", "Flickr8k_Dataset.zip",
      "Flickr8k_text.zip",
    ].contains { file.hasSuffix($0) }
}
