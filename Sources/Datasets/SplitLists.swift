import Media

/// The splits of pictures according to lists: plain files with the name of a picture on each line.
///
/// Names are compared as written. A name without its extension or its folder, as in the lists of
/// Flickr30k Entities, counts if it is unambiguous.
struct SplitLists {
  private struct Entry {
    let name: String
    let split: CaptionDataset.Split
  }
  private var splits: [String: CaptionDataset.Split] = [:]
  /// The entries by the last part of the name without extension.
  private var entries: [String: [Entry]] = [:]
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
    // Lists from Windows, too, name files here.
    let name = trimmed(name).replacing("\\", with: "/")
    guard !name.isEmpty else { return }
    let known = splits.updateValue(split, forKey: name)
    guard known ?? split == split else { throw .inTwoSplits(fileName: name) }
    if known == nil { entries[Self.key(name), default: []].append(Entry(name: name, split: split)) }
  }

  /// Returns the split of the picture `name`: training if there are no lists, nil if no list names
  /// it.
  func split(of name: String) -> CaptionDataset.Split? {
    guard !isEmpty else { return .train }
    let name = name.replacing("\\", with: "/")
    if let split = splits[name] { return split }
    let splits = Set(alike(name).map(\.split))
    return splits.count == 1 ? splits.first : nil
  }

  /// Returns the names in the lists that none of `pictures` has, with their splits.
  func names(
    missingFrom pictures: [Gathering.Picture]
  ) -> [(name: String, split: CaptionDataset.Split)] {
    var missing = splits
    for name in pictures.lazy.flatMap({ [$0.name] + $0.otherNames }) {
      let name = name.replacing("\\", with: "/")
      if missing.removeValue(forKey: name) == nil {
        for entry in alike(name) { missing[entry.name] = nil }
      }
    }
    return missing.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  // MARK: Names that are written otherwise

  /// Returns the entries equal to `name` apart from an extension and folders that one of the two
  /// lacks.
  private func alike(_ name: String) -> [Entry] {
    let path = Self.plain(name)
    return (entries[Self.key(name)] ?? []).filter { entry in
      let other = Self.plain(entry.name)
      return path == other || path.hasSuffix("/\(other)") || other.hasSuffix("/\(path)")
    }
  }

  private static func key(_ name: String) -> String {
    plain(name).split(separator: "/").last.map(String.init) ?? ""
  }

  /// Returns `name` without a leading `./` and without the extension of a picture or clip.
  private static func plain(_ name: String) -> String {
    let name = MediaKind(fileName: name) == nil ? name : stem(name)
    return name.hasPrefix("./") ? String(name.dropFirst(2)) : name
  }
}

extension CollectionFolder {
  /// Returns the lists of pictures in the folder: `Flickr_8k.devImages.txt`, or simply `val.txt`.
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
