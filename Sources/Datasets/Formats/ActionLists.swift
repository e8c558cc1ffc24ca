import Files
import Media

/// The lists of UCF-101 (Soomro et al., 2012): training and test clips, in folders of their labels.
///
///     trainlist01.txt    ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01.avi 1
///     testlist01.txt     ApplyEyeMakeup/v_ApplyEyeMakeup_g01_c01.avi
///
/// There are three pairs of lists; the first of those in the folder is read. To read another, name its list.
struct ActionLists: CaptionFormat {
  let name = "UCF-101 lists"
  let layout = "trainlist01.txt and testlist01.txt, lines of LABEL/CLIP (UCF-101, --task classify)"

  func sources(in folder: CollectionFolder) throws(DatasetError) -> [CaptionSource] {
    let lists = folder.files.compactMap { file in
      list(file).map { (file: file, split: $0.split, number: $0.number) }
    }
    guard let number = lists.filter({ $0.split == .train }).map(\.number).min() else { return [] }
    return lists.filter { $0.number == number }.map { list in
      CaptionSource(
        path: folder.path(list.file), split: list.split,
        pictureFolders: folder.folders(["videos", "."]))
    }
  }

  /// Returns true for the list of label names, and for the other two pairs of lists.
  func isOfOtherTask(_ file: String) -> Bool {
    file.hasSuffix("classInd.txt") || list(file) != nil
  }

  private func list(_ file: String) -> (split: CaptionDataset.Split, number: String)? {
    guard fileExtension(of: file) == "txt", let name = stem(file).split(separator: "/").last else {
      return nil
    }
    for (prefix, split) in [("trainlist", CaptionDataset.Split.train), ("testlist", .test)]
    where name.hasPrefix(prefix) {
      return (split, String(name.dropFirst(prefix.count)))
    }
    return nil
  }

  func read(_ source: CaptionSource, into gathering: inout Gathering) throws(DatasetError) {
    try AnnotationFile(source.path).forEachLine { line throws(DatasetError) in
      try gathering.record(line.name) { gathering throws(DatasetError.Problem) in
        var text = trimmed(try line.text())
        // The number of the label is redundant: the folder names it.
        if let blank = text.lastIndex(of: " "), Int(text[text.index(after: blank)...]) != nil {
          text = trimmed(String(text[..<blank]))
        }
        let parts = text.split { $0 == "/" || $0 == "\\" }
        guard parts.count > 1 else { throw .noLabel }
        var clip = Gathering.Picture(text)
        clip.kind = MediaKind(fileName: text) == nil ? nil : .clip
        try gathering.addCaption(String(parts[parts.count - 2]), to: clip)
      }
    }
  }
}
