import Files

/// The usual names of folders of pictures and clips, in published collections, their archives and
/// copies.
///
/// One table for all formats. Names are compared without case, and with `-`, `_` or a blank between
/// words.
enum UsualFolders {
  private static let names: Set<String> = Set(
    [
      "images image imgs img pictures pics photos jpg jpegs jpegimages vis",
      "videos video clips frames media data dataset",
      "train training train_images train_videos val val_images validation validation_images valid dev",
      "test test_images test_videos testing eval evaluation",
      // COCO
      "coco train2014 val2014 test2014 test2015 train2017 val2017 test2017 unlabeled2017",
      // Flickr8k and Flickr30k; the first archive really is spelled so.
      "flicker8k_dataset flicker8k_images flickr8k flickr8k_dataset flickr8k_images flickr_data",
      "flickr30k flickr30k_dataset flickr30k_images flickr_images",
      // Aerial pictures, radiographs, Visual Genome
      "rsicd rsicd_images ucm_images sydney_images nwpu_images iu_xray vg_100k vg_100k_2",
      // MSR-VTT, MSVD, VATEX, UCF-101, Charades, ActivityNet
      "trainvalvideo testvideo youtubeclips msvd msrvtt vatex ucf_101 ucf101 charades_v1 activitynet",
    ].flatMap { $0.split(separator: " ").map { key(String($0)) } })

  /// The maximum depth at which such folders are searched in each other.
  private static let maximumDepth = 3

  private static func key(_ name: String) -> String {
    name.lowercased().filter { $0 != "-" && $0 != "_" && $0 != " " }
  }

  static func has(_ name: String) -> Bool { names.contains(key(name)) }

  /// Returns the folders of usual names in the folder at `path`, and in such folders, the topmost
  /// first.
  ///
  /// The paths are relative to it. A folder that is the only one counts regardless of its name.
  ///
  /// - Parameters:
  ///   - path: The folder.
  ///   - names: The names in it.
  /// - Returns: The folders that exist.
  static func all(in path: String, _ names: [String]) -> [String] {
    var found: [String] = []
    let folders = names.filter {
      !$0.hasPrefix(".") && FileClass(name: $0) == nil && isFolder("\(path)/\($0)")
    }
    var level = folders.count == 1 ? folders : folders.filter(has)
    for depth in 1...maximumDepth where !level.isEmpty {
      found += level
      guard depth < maximumDepth else { break }
      level = level.flatMap { folder in inner(folder, of: path) }
    }
    return found
  }

  /// Returns the folders of usual names in the folder `name`.
  private static func inner(_ name: String, of path: String) -> [String] {
    guard let listing = try? FolderListing("\(path)/\(name)") else { return [] }
    return (0..<listing.count).compactMap { index in
      let entry = listing[index]
      guard entry.kind == .folder || entry.kind == .link, has(entry.name) else { return nil }
      let inner = "\(name)/\(entry.name)"
      return entry.kind == .folder || isFolder("\(path)/\(inner)") ? inner : nil
    }
  }
}

extension CaptionDataset.Split {
  /// The split of a folder whose name is that of the split, perhaps with a year or a word for
  /// pictures: `train2014`, `val_images`.
  init?(ofPictureFolder name: String) {
    let words = name.lowercased().split { !$0.isASCII || !$0.isLetter }.map(String.init)
      .filter { !["images", "image", "videos", "set"].contains($0) }
    guard words.count == 1, let split = Self(named: words[0]) else { return nil }
    self = split
  }

  /// Returns `folders` in the order in which they are searched for pictures of this split: those
  /// that mention the split first, and those that mention others last.
  func ordered(_ folders: [String]) -> [String] {
    func rank(_ folder: String) -> Int {
      switch Self(ofPath: "\(folder)/a") {
      case self: 0
      case nil: 1
      default: 2
      }
    }
    return (0...2).flatMap { wanted in folders.filter { rank($0) == wanted } }
  }
}
