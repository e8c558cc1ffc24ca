import Files
import Media

/// The possible use of a file of a collection.
enum FileClass: Sendable {
  case picture, clip
  /// A text that may lie beside a picture.
  case text
  /// A list of captions or of pictures, in any format.
  case table
  case archive
  /// None of these by its name or its first bytes.
  case other

  /// Classifies a file by its name; nil if the name does not tell.
  init?(name: String) {
    if let kind = MediaKind(fileName: name) {
      self = kind == .video ? .clip : .picture
      return
    }
    switch fileExtension(of: name) {
    case "txt", "caption": self = .text
    case "json", "jsonl", "ndjson", "csv", "tsv", "token", "parquet", "arrow", "h5", "hdf5", "xlsx":
      self = .table
    case "tar", "tgz", "zip", "gz", "bz2", "xz", "zst", "7z", "rar": self = .archive
    default: return nil
    }
  }

  /// Classifies a file by its name, or else by its first bytes.
  init(of name: String, in folder: PictureFolder) {
    self = FileClass(name: name) ?? FileClass(ofContent: folder.head(of: name)) ?? .other
  }

  /// Classifies a file that begins with `head`, if it is a picture or clip.
  init?(ofContent head: [UInt8]) {
    guard let format = MediaFormat(recognizing: head) else { return nil }
    self = format.isVideo ? .clip : .picture
  }
}
