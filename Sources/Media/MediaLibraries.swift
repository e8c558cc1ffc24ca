import CJPEG
import CPNG
import CWebP

/// The libraries that decode pictures and the versions they run in, for reports of what is installed.
package func mediaLibraryVersions() -> [(name: String, version: String)] {
  let webp = WebPGetDecoderVersion()
  return [
    ("libjpeg-turbo", String(cString: cjpeg_version())),
    ("libpng", String(cString: cpng_version())),
    ("libwebp", "\(webp >> 16).\(webp >> 8 & 0xFF).\(webp & 0xFF)"),
  ]
}
