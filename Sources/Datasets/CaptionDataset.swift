import Media

/// Pictures or clips with the captions people wrote for them: what a split of every caption collection
/// becomes.
///
/// A value without pixels; whoever needs those opens the files.
public struct CaptionDataset: Sendable, Equatable {
  /// What a part of a collection is for.
  public enum Split: String, Sendable, CaseIterable {
    case train
    case validation = "val"
    case test
  }
  public let split: Split
  /// Each picture once, in the order of the collection.
  public let examples: [CaptionedImage]

  public init(split: Split, examples: [CaptionedImage]) {
    self.split = split
    self.examples = examples
  }

  /// How many captions all pictures have together.
  public var captionCount: Int { examples.reduce(0) { $0 + $1.captions.count } }
}

extension CaptionDataset.Split {
  /// The split that collections call `name`: Karpathy's `restval` is trained on, too.
  public init?(named name: String) {
    switch name.lowercased() {
    case "train", "restval", "training": self = .train
    case "val", "validation", "validate", "valid", "dev": self = .validation
    case "test", "testing": self = .test
    default: return nil
    }
  }

  /// The split that a file's or folder's name speaks of, as in "captions_val2014.json".
  init?(mentionedIn name: String) {
    let words = name.lowercased().split { !$0.isASCII || !$0.isLetter }
    guard let split = words.lazy.compactMap({ Self(named: String($0)) }).first else { return nil }
    self = split
  }
}

/// A picture, or a clip, and its captions.
public struct CaptionedImage: Sendable, Equatable {
  public enum Kind: String, Sendable {
    case picture, clip
    /// A clip as a folder of pictures, one for each frame.
    case frames
  }
  /// The number the collection gives the picture.
  public let id: Int
  /// The folder of pictures, which the file may not lie outside of.
  public let folder: String
  /// The file, relative to `folder`.
  public let name: String
  public let kind: Kind
  /// Without blanks around; empty for a picture that only waits for its caption.
  public let captions: [String]
  /// The length of a clip that was opened.
  package var extent: ClipExtent?

  public init(id: Int, folder: String, name: String, kind: Kind? = nil, captions: [String]) {
    (self.id, self.folder, self.name, self.captions) = (id, folder, name, captions)
    self.kind = kind ?? Kind(ofFile: name)
  }

  /// Creates one from a path, whose last part is the file's name.
  public init(id: Int, path: String, captions: [String]) {
    let slash = path.lastIndex(of: "/")
    self.init(
      id: id, folder: slash.map { String(path[..<$0]) } ?? ".",
      name: slash.map { String(path[path.index(after: $0)...]) } ?? path, captions: captions)
  }

  public var path: String { "\(folder)/\(name)" }
}

extension CaptionedImage.Kind {
  /// What a file is by its extension; a picture where that says nothing.
  init(ofFile name: String) {
    self = Self.clipExtensions.contains(fileExtension(of: name)) ? .clip : .picture
  }

  private static let clipExtensions: Set<String> = [
    "avi", "flv", "m4v", "mkv", "mov", "mp4", "mpeg", "mpg", "ogv", "webm", "wmv",
  ]
}

/// The extension of a file's name in lower case, without the dot; empty where there is none.
func fileExtension(of name: String) -> String {
  let last = name.utf8.lastIndex(of: UInt8(ascii: "/")).map { name.utf8.index(after: $0) }
  let file = name[(last ?? name.startIndex)...]
  guard let dot = file.utf8.lastIndex(of: UInt8(ascii: ".")), dot > file.startIndex else {
    return ""
  }
  return file[file.utf8.index(after: dot)...].lowercased()
}
