import CHEIF
import CJPEG
import CJXL
import CMedia
import CPNG
import CTIFF
import CWebP

/// The libraries that decode pictures, with the versions in use.
package enum MediaLibraries {
  /// The most scans a JPEG may have.
  package static let maximumJPEGScanCount = JPEGDecoder.maximumScanCount

  /// The version of FFmpeg, which reads clips and is loaded for this; nil where that fails.
  package static var clipLibraryVersion: String? {
    cmedia_load() == nil ? String(cString: cmedia_version()) : nil
  }

  /// The libraries that are loaded with the first picture that needs them, and now; the version is nil where
  /// that fails.
  package static var optionalVersions: [(name: String, pictures: String, version: String?)] {
    [
      ("libtiff", "TIFF", ctiff_load() == nil ? String(cString: ctiff_version()) : nil),
      ("libheif", "HEIC or AVIF", cheif_load() == nil ? String(cString: cheif_version()) : nil),
      ("libjxl", "JPEG XL", cjxl_load() == nil ? String(cString: cjxl_version()) : nil),
    ]
  }

  package static var versions: [(name: String, version: String)] {
    let webp = WebPGetDecoderVersion()
    return [
      ("libjpeg", String(cString: cjpeg_version())), ("libpng", String(cString: cpng_version())),
      ("libwebp", "\(webp >> 16).\(webp >> 8 & 255).\(webp & 255)"),
    ]
  }
}
