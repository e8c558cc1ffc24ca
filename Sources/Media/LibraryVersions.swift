import CHEIF
import CJPEG
import CJXL
import CMedia
import CPNG
import CTIFF
import CWebP

/// The versions of the decoding libraries in use.
package enum MediaLibraries {
  /// The maximum number of scans in a JPEG.
  package static let maximumJPEGScanCount = JPEGDecoder.maximumScanCount

  /// The version of FFmpeg, which this loads; nil if it cannot be loaded.
  package static var clipLibraryVersion: String? {
    cmedia_load() == nil ? String(cString: cmedia_version()) : nil
  }

  /// The versions of the image libraries that are loaded on first use, which this loads; nil where one cannot
  /// be loaded.
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
