import Files
import Media

/// A small copy of a picture, inside a page.
struct Thumbnail {
  /// The longer side, in pixels.
  static let size = 160

  /// A `data:` address of a JPEG.
  let address: String
  let width: Int
  let height: Int

  /// Reads the picture at `path`; nil if that fails, since a report must not fail for it.
  init?(of path: String) {
    var options = StillImageOptions()
    options.smallestUsefulSize = { $0.fitted(to: Self.size) }
    guard let image = try? decodeStillImage(.file(path), options).image else { return nil }
    let size = PixelSize(width: image.width, height: image.height).fitted(to: Self.size)
    let small = image.resized(toWidth: size.width, height: size.height)
    address = "data:image/jpeg;base64,\(base64(small.jpegBytes()))"
    (width, height) = (size.width, size.height)
  }
}
