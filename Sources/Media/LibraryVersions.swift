import CJPEG
import CPNG
import CWebP

/// The libraries that decode pictures, with the versions in use.
package enum MediaLibraries {
  /// The most scans a JPEG may have.
  package static let maximumJPEGScanCount = JPEGDecoder.maximumScanCount

  package static var versions: [(name: String, version: String)] {
    let webp = WebPGetDecoderVersion()
    return [
      ("libjpeg", String(cString: cjpeg_version())), ("libpng", String(cString: cpng_version())),
      ("libwebp", "\(webp >> 16).\(webp >> 8 & 255).\(webp & 255)"),
    ]
  }
}
