import CJPEG
import CMedia
import CPNG
import CWebP

/// The libraries that decode pictures, with the versions in use.
package enum MediaLibraries {
  /// The most scans a JPEG may have.
  package static let maximumJPEGScanCount = JPEGDecoder.maximumScanCount

  /// The version of FFmpeg, which reads clips and is loaded for this; nil where that fails.
  package static var clipLibraryVersion: String? {
    cmedia_load() == nil ? String(cString: cmedia_version()) : nil
  }

  package static var versions: [(name: String, version: String)] {
    let webp = WebPGetDecoderVersion()
    return [
      ("libjpeg", String(cString: cjpeg_version())), ("libpng", String(cString: cpng_version())),
      ("libwebp", "\(webp >> 16).\(webp >> 8 & 255).\(webp & 255)"),
    ]
  }
}
