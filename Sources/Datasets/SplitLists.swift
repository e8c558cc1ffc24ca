/// Which pictures are for what, where lists say so: plain files with the name of a picture in each line.
struct SplitLists {
  private var splits: [String: CaptionDataset.Split] = [:]
  private let isEmpty: Bool

  /// Reads the lists at these paths.
  init(_ paths: [CaptionDataset.Split: String]) throws(DatasetError) {
    isEmpty = paths.isEmpty
    for split in CaptionDataset.Split.allCases {
      guard let path = paths[split] else { continue }
      try AnnotationFile(path).forEachLine { line throws(DatasetError) in
        do throws(DatasetError.Problem) {
          try add(try line.text(), to: split)
        } catch {
          throw DatasetError(path, record: line.name, error)
        }
      }
    }
  }

  private mutating func add(
    _ name: String, to split: CaptionDataset.Split
  ) throws(DatasetError.Problem) {
    // Lists of Windows, too, are about files here.
    let name = trimmed(name).replacing("\\", with: "/")
    guard splits.updateValue(split, forKey: name) ?? split == split else {
      throw .inTwoSplits(fileName: name)
    }
  }

  /// What the picture `name` is for: to learn from where there are no lists, nil if no list names it.
  func split(of name: String) -> CaptionDataset.Split? {
    guard !isEmpty else { return .train }
    return splits[name] ?? splits[name.replacing("\\", with: "/")]
  }
}

extension CollectionFolder {
  /// The lists of pictures that lie in the folder: `Flickr_8k.devImages.txt`, or simply `val.txt`.
  func splitLists(beside file: String) -> [CaptionDataset.Split: String] {
    guard !isOneFile else { return [:] }
    var lists: [CaptionDataset.Split: String] = [:]
    for list in files where list != file && fileExtension(of: list) == "txt" {
      var name = stem(list).split { $0 == "." || $0 == "/" }.last?.lowercased() ?? ""
      for suffix in ["images", "_list", "list"] where name.hasSuffix(suffix) {
        name.removeLast(suffix.count)
      }
      if let split = CaptionDataset.Split(named: name) { lists[split] = path(list) }
    }
    return lists
  }
}
