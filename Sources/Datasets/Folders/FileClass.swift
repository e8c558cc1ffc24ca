import Files
import Media

/// What a file of a collection is good for.
enum FileClass: Sendable {
  case picture, clip
  /// A text that may lie beside a picture.
  case text
  /// A list of captions or of pictures, in whatever form.
  case table
  case archive
  /// Neither by its name nor by how it begins any of these.
  case other

  /// What the name of a file says; nil where it says nothing.
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

  /// What a file is: by its name, or else by how it begins.
  init(of name: String, in folder: PictureFolder) {
    self = FileClass(name: name) ?? FileClass(ofContent: folder.head(of: name)) ?? .other
  }

  /// What a file is that begins with `head`, if it is a picture or clip.
  init?(ofContent head: [UInt8]) {
    guard let format = MediaFormat(recognizing: head) else { return nil }
    self = format.isVideo ? .clip : .picture
  }
}
