import Files
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
    // As Hugging Face's imagefolder has it.
    case "test", "testing", "eval", "evaluation": self = .test
    default: return nil
    }
  }

  /// The split that a path speaks of: the topmost of its folders that is called as one, or else that mentions
  /// one, as `val2017` and `test_set` do.
  init?(ofPath path: String) {
    let folders = path.split { $0 == "/" || $0 == "\\" }.dropLast().map(String.init)
    // In front of a whole path stands what has nothing to do with the collection.
    let mentioning = path.hasPrefix("/") ? [] : folders
    guard
      let split = folders.lazy.compactMap({ Self(named: $0) }).first
        ?? mentioning.lazy.compactMap({ Self(mentionedIn: $0) }).first
    else { return nil }
    self = split
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
  /// The part of a clip that the captions are about; nil for all of it.
  package var segment: ClipSegment?
  /// Whether links may lead out of `folder`.
  package var followsLinks = false
  /// Where it is in an archive, which is then called `folder`.
  package var part: ArchivePart?

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

extension CaptionedImage {
  /// Where the picture or clip is read.
  package var source: MediaSource {
    if let part { return .part(of: part.archive, range: part.range, name: path) }
    return PictureFolder(path: folder, followsLinks: followsLinks).source(of: name)
  }
}

/// The bytes of a file in an open archive.
package struct ArchivePart: Sendable, Equatable {
  package let archive: ReadableFile
  package let range: Range<Int>
}

extension CaptionedImage.Kind {
  /// What a file is by its extension; a picture where that says nothing.
  init(ofFile name: String) { self = MediaKind(fileName: name) == .video ? .clip : .picture }
}

/// `name` without its extension.
func stem(_ name: String) -> String {
  let count = fileExtension(of: name).utf8.count
  return count == 0 ? name : String(decoding: name.utf8.dropLast(count + 1), as: UTF8.self)
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
