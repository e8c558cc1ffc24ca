import CJXL
import CMedia

/// Decodes the first frame of a JPEG XL file with libjxl: upright, over white, HDR tone-mapped.
struct JPEGXLDecoder: ~Copyable {
  private let picture: OpaquePointer

  /// Opens the file in `bytes`, which must outlive the decoder.
  init(_ bytes: UnsafeBufferPointer<UInt8>) throws(StillImageProblem) {
    guard let start = bytes.baseAddress else { throw Self.problem(CJXL_TRUNCATED) }
    var opened: OpaquePointer?
    let status = cjxl_open(start, bytes.count, &opened)
    guard status == CJXL_OK, let opened else {
      if let opened { cjxl_close(opened) }
      throw Self.problem(status)
    }
    picture = opened
  }

  deinit { cjxl_close(picture) }

  /// The upright size in pixels.
  var size: PixelSize {
    let info = cjxl_info(picture)
    return PixelSize(width: Int(info.width), height: Int(info.height))
  }

  /// Decodes the image; may be called only once.
  func decode() throws(StillImageProblem) -> DecodedPixels {
    let info = cjxl_info(picture)
    let isDeep = info.transfer != 0 && !info.has_alpha
    var status = CJXL_OK
    var hasPicture = false
    let count = size.width * size.height * 3
    var deep = [UInt16](repeating: 0, count: isDeep ? count : 0)
    let pixels = [UInt8](unsafeUninitializedCapacity: count) { target, written in
      guard let start = target.baseAddress else { return }
      if isDeep {
        status = cjxl_decode_deep(picture, &deep, &hasPicture)
        cmedia_tone_map(deep, Int64(count / 3), info.transfer, info.primaries, start)
      } else {
        status = cjxl_decode(picture, start, &hasPicture)
      }
      written = hasPicture ? count : 0
    }
    guard hasPicture else { throw Self.problem(status) }
    let image = Image(width: size.width, height: size.height, pixels: pixels)
    let damage: StillImageProblem? =
      status == CJXL_TRUNCATED ? .incomplete("JPEG XL", ends: "before its last pixels") : nil
    return DecodedPixels(image: image, damage: damage, remark: remark)
  }

  private var remark: MediaWarning? {
    let info = cjxl_info(picture)
    if info.transfer != 0 {
      let name = info.transfer == Int32(CJXL_PQ) ? "PQ" : "HLG"
      return info.has_alpha ? .notToneMapped(name) : .toneMapped(name)
    }
    guard info.is_animated else { return nil }
    return MediaWarning(
      code: .unsupported, message: "an animation, of which only the first frame is decoded")
  }

  private static func problem(_ status: CJXLStatus) -> StillImageProblem {
    switch status {
    case CJXL_NO_LIBRARY:
      .missingLibrary("JPEG XL pictures", "libjxl", cjxl_load(), package: "libjxl0.7")
    case CJXL_TRUNCATED:
      StillImageProblem(.truncated, "not a complete JPEG XL (ends before its first row)")
    case CJXL_NO_MEMORY: .tooLargeForMemory
    default: StillImageProblem(.corrupt, "a damaged JPEG XL: it cannot be decoded")
    }
  }
}
