import Files
import Media

/// Pictures or clips with their human captions: a split of any caption collection.
///
/// A value without pixels; whoever needs those opens the files.
package struct CaptionDataset: Sendable, Equatable {
  /// The purpose of a part of a collection.
  package enum Split: String, Sendable, CaseIterable {
    case train
    case validation = "val"
    case test
  }
  package let split: Split
  /// Each picture once, in the order of the collection.
  package let examples: [CaptionedImage]

  package init(split: Split, examples: [CaptionedImage]) {
    self.split = split
    self.examples = examples
  }

  /// The total number of captions.
  package var captionCount: Int { examples.reduce(0) { $0 + $1.captions.count } }
}

extension CaptionDataset.Split {
  /// The split that collections call `name`: Karpathy's `restval` is training data, too.
  package init?(named name: String) {
    switch name.lowercased() {
    case "train", "restval", "training": self = .train
    case "val", "validation", "validate", "valid", "dev": self = .validation
    // As Hugging Face's imagefolder has it.
    case "test", "testing", "eval", "evaluation": self = .test
    default: return nil
    }
  }

  /// The split of a path: that of its topmost folder with the name of a split, or else of one that
  /// mentions a split, as `val2017` and `test_set` do.
  init?(ofPath path: String) {
    let folders = path.split { $0 == "/" || $0 == "\\" }.dropLast().map(String.init)
    // The beginning of an absolute path has nothing to do with the collection.
    let mentioning = path.hasPrefix("/") ? [] : folders
    guard
      let split = folders.lazy.compactMap({ Self(named: $0) }).first
        ?? mentioning.lazy.compactMap({ Self(mentionedIn: $0) }).first
    else { return nil }
    self = split
  }

  /// The split mentioned in the name of a file or folder, as in "captions_val2014.json".
  init?(mentionedIn name: String) {
    let words = name.lowercased().split { !$0.isASCII || !$0.isLetter }
    guard let split = words.lazy.compactMap({ Self(named: String($0)) }).first else { return nil }
    self = split
  }
}

/// A picture, or a clip, and its captions.
package struct CaptionedImage: Sendable, Equatable {
  package enum Kind: String, Sendable {
    case picture, clip
    /// A clip as a folder of pictures, one for each frame.
    case frames
  }
  /// The number the collection gives the picture.
  package let id: Int
  /// The folder of pictures; the file may not lie outside of it.
  package let folder: String
  /// The file, relative to `folder`.
  package let name: String
  package let kind: Kind
  /// The captions, trimmed; empty for a picture that has no caption yet.
  package let captions: [String]
  /// The length of a clip, if it was opened.
  package var extent: ClipExtent?
  /// The part of a clip that the captions describe; nil for all of it.
  package var segment: ClipSegment?
  /// True if links may lead out of `folder`.
  package var followsLinks = false
  /// The position of the picture in an archive, whose path is then `folder`.
  package var part: ArchivePart?

  package init(id: Int, folder: String, name: String, kind: Kind? = nil, captions: [String]) {
    (self.id, self.folder, self.name, self.captions) = (id, folder, name, captions)
    self.kind = kind ?? Kind(ofFile: name)
  }

  /// Creates one from a path, whose last part is the file's name.
  package init(id: Int, path: String, captions: [String]) {
    let slash = path.lastIndex(of: "/")
    self.init(
      id: id, folder: slash.map { String(path[..<$0]) } ?? ".",
      name: slash.map { String(path[path.index(after: $0)...]) } ?? path, captions: captions)
  }

  package var path: String { "\(folder)/\(name)" }
}

extension CaptionedImage {
  /// The source of the picture or clip.
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
  /// The kind of a file by its extension; a picture if the extension is unknown.
  init(ofFile name: String) { self = MediaKind(fileName: name) == .video ? .clip : .picture }
}

/// Returns `name` without its extension.
func stem(_ name: String) -> String {
  let count = fileExtension(of: name).utf8.count
  return count == 0 ? name : String(decoding: name.utf8.dropLast(count + 1), as: UTF8.self)
}

/// Returns the extension of a file's name in lower case, without the dot; empty if there is none.
func fileExtension(of name: String) -> String {
  let last = name.utf8.lastIndex(of: UInt8(ascii: "/")).map { name.utf8.index(after: $0) }
  let file = name[(last ?? name.startIndex)...]
  guard let dot = file.utf8.lastIndex(of: UInt8(ascii: ".")), dot > file.startIndex else {
    return ""
  }
  return file[file.utf8.index(after: dot)...].lowercased()
}
