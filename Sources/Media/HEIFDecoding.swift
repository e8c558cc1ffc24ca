import CHEIF
import CMedia

/// Decodes the primary image of a HEIC, AVIF or other HEIF file with libheif: upright, over white, HDR
/// tone-mapped.
struct HEIFDecoder: ~Copyable {
  private let picture: OpaquePointer
  private let format: MediaFormat
  /// The truncation found in the file; nil if it is complete.
  private let damage: StillImageProblem?
  /// The transformations applied here rather than by libheif.
  private let steps: [HEIFTransformations.Step]

  /// Opens the file in `bytes`, which must outlive the decoder.
  init(
    _ bytes: UnsafeBufferPointer<UInt8>, _ format: MediaFormat, _ steps: [HEIFTransformations.Step]
  ) throws(StillImageProblem) {
    (self.format, self.steps) = (format, steps)
    let file = MediaBytes(borrowing: UnsafeRawBufferPointer(bytes))
    damage = file.boxesEnd()?.problem(format)
    guard let start = bytes.baseAddress else {
      throw Self.problem(CHEIF_DAMAGED, "", format, damage)
    }
    var opened: OpaquePointer?
    let status = cheif_open(start, bytes.count, &opened)
    guard status == CHEIF_OK, let opened else {
      let reason = opened.map { String(cString: cheif_message($0)) } ?? ""
      if let opened { cheif_close(opened) }
      throw Self.problem(status, reason, format, damage)
    }
    picture = opened
  }

  deinit { cheif_close(picture) }

  /// The size of the decoded image in pixels, before the remaining transformations.
  var size: PixelSize {
    let info = cheif_info(picture)
    return steps.isEmpty
      ? PixelSize(width: Int(info.width), height: Int(info.height))
      : PixelSize(width: Int(info.stored_width), height: Int(info.stored_height))
  }

  /// The HDR transfer function and its FFmpeg number; nil for an image in SDR.
  private var highRange: (name: String, transfer: Int32)? {
    switch cheif_info(picture).transfer {
    case 16: return ("PQ", Int32(CMEDIA_PQ))
    case 18: return ("HLG", Int32(CMEDIA_HLG))
    default: return nil
    }
  }

  func decode() throws(StillImageProblem) -> DecodedPixels {
    let highRange = highRange
    if let (name, transfer) = highRange, !cheif_info(picture).has_alpha {
      var pixels = try decodeHighRange(transfer)
      pixels.remark = .toneMapped(name)
      return pixels
    }
    var status = CHEIF_OK
    let count = size.width * size.height * 3
    let pixels = [UInt8](unsafeUninitializedCapacity: count) { target, written in
      guard let start = target.baseAddress else { return }
      status = cheif_decode(picture, !steps.isEmpty, start)
      written = status == CHEIF_OK ? count : 0
    }
    guard status == CHEIF_OK else {
      throw Self.problem(status, String(cString: cheif_message(picture)), format, damage)
    }
    let image = Image(width: size.width, height: size.height, pixels: pixels)
    return DecodedPixels(
      image: steps.reduce(image) { $0.transformed($1) }, damage: damage,
      remark: highRange.map { .notToneMapped($0.name) })
  }

  private func decodeHighRange(_ transfer: Int32) throws(StillImageProblem) -> DecodedPixels {
    let count = size.width * size.height * 3
    var deep = [UInt16](repeating: 0, count: count)
    let status = deep.withUnsafeMutableBufferPointer { target in
      target.baseAddress.map { cheif_decode_deep(picture, !steps.isEmpty, $0) } ?? CHEIF_DAMAGED
    }
    guard status == CHEIF_OK else {
      throw Self.problem(status, String(cString: cheif_message(picture)), format, damage)
    }
    let primaries = cheif_info(picture).primaries
    let pixels = [UInt8](unsafeUninitializedCapacity: count) { target, written in
      guard let start = target.baseAddress else { return }
      cmedia_tone_map(deep, Int64(count / 3), transfer, primaries, start)
      written = count
    }
    let image = Image(width: size.width, height: size.height, pixels: pixels)
    return DecodedPixels(
      image: steps.reduce(image) { $0.transformed($1) }, damage: damage)
  }

  private static func problem(
    _ status: CHEIFStatus, _ reason: String, _ format: MediaFormat, _ damage: StillImageProblem?
  ) -> StillImageProblem {
    let cause = reason.isEmpty ? "" : " (\(reason))"
    if let damage, status != CHEIF_NO_LIBRARY { return StillImageProblem(damage.code, damage.fact) }
    switch status {
    case CHEIF_NO_LIBRARY:
      return .missingLibrary("HEIC and AVIF", "libheif", cheif_load(), package: "libheif1")
    case CHEIF_UNSUPPORTED:
      return StillImageProblem(
        .unsupported, "\(format.rawValue) of a kind that is not supported\(cause)",
        remedy: StillImageProblem.convert)
    case CHEIF_NO_MEMORY: return .tooLargeForMemory
    default:
      return StillImageProblem(
        .corrupt, "a damaged \(format.rawValue): it cannot be decoded\(cause)")
    }
  }
}
