import Files

/// What a file's name promises; what it is, only its bytes tell.
package enum MediaKind: String, Sendable, CaseIterable {
  case image, video

  /// The kind of files whose names end like that of `path`; nil for all that is neither.
  ///
  /// Forms that cannot be read are among them: whoever has a folder of photos wants to hear of each
  /// that got no caption.
  package init?(fileName path: some StringProtocol) {
    guard let name = fileExtension(of: path) else { return nil }
    if Self.imageExtensions.contains(name) {
      self = .image
    } else if Self.videoExtensions.contains(name) {
      self = .video
    } else {
      return nil
    }
  }

  private static let imageExtensions: Set = [
    "jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "bmp", "tif", "tiff", "avif", "heic",
    "heif",
    "jxl", "jp2",
  ]
  private static let videoExtensions: Set = [
    "mp4", "m4v", "mov", "mkv", "webm", "avi", "flv", "ogv", "wmv", "asf", "mpg", "mpeg", "m2ts",
    "mts", "ts", "3gp",
  ]
}
