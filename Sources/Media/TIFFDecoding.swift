import CTIFF

/// Decodes an image of a TIFF file with libtiff: the first that is not a smaller copy of another.
struct TIFFDecoder: ~Copyable {
  private let picture: OpaquePointer
  private let info: CTIFFInfo
  private let hasMorePages: Bool
  /// The truncation found in the file; nil if it is complete.
  private let damage: StillImageProblem?

  /// Opens the file in `bytes`, which must outlive the decoder.
  init(_ bytes: UnsafeBufferPointer<UInt8>) throws(StillImageProblem) {
    let file = MediaBytes(borrowing: UnsafeRawBufferPointer(bytes))
    let facts = TIFFFacts(file)
    damage =
      file.stripsEnd()?.problem(.tiff)
      ?? (facts.lacksDirectories
        ? .incomplete("TIFF", ends: "before its last page") : nil)
    guard let start = bytes.baseAddress else { throw Self.problem(CTIFF_DAMAGED, "", damage) }
    guard !facts.isRawPhoto else { throw Self.rawPhoto }
    guard !facts.lacksPalette else { throw Self.problem(CTIFF_DAMAGED, "no palette", damage) }
    var opened: OpaquePointer?
    let status = ctiff_open(
      start, bytes.count, UInt64(facts.place), facts.explainsSamples, &opened)
    guard status == CTIFF_OK, let opened else {
      let reason = opened.map { String(cString: ctiff_message($0)) } ?? ""
      if let opened { ctiff_close(opened) }
      throw Self.problem(status, reason, damage)
    }
    picture = opened
    info = ctiff_info(opened)
    hasMorePages = facts.hasMorePages
  }

  deinit { ctiff_close(picture) }

  /// The stored size in pixels.
  var size: PixelSize { PixelSize(width: Int(info.width), height: Int(info.height)) }

  var orientation: ImageOrientation {
    // As in Pillow, XMP is read only if the directory states no orientation.
    guard info.orientation == 0 else {
      return ImageOrientation(rawValue: Int(info.orientation)) ?? .upright
    }
    let xmp = info.xmp.map { Array(UnsafeBufferPointer(start: $0, count: info.xmp_size)) }
    return OrientationMetadata(xmp: xmp).orientation
  }

  func decode() throws(StillImageProblem) -> DecodedPixels {
    var report = CTIFFReport()
    let count = size.width * size.height * 3
    let pixels = [UInt8](unsafeUninitializedCapacity: count) { target, written in
      guard let start = target.baseAddress else { return }
      report = ctiff_decode(picture, start)
      written = report.status == CTIFF_NO_MEMORY ? 0 : count
    }
    let reason = String(cString: ctiff_message(picture))
    guard report.pixels_read > 0, report.status != CTIFF_NO_MEMORY else {
      throw Self.problem(report.status, reason, damage)
    }
    let image = Image(width: size.width, height: size.height, pixels: pixels)
    return DecodedPixels(image: image, damage: damage ?? damage(report, reason), remark: remark)
  }

  private func damage(_ report: CTIFFReport, _ reason: String) -> StillImageProblem? {
    guard report.status != CTIFF_OK || report.is_doubtful else { return nil }
    let share = Int(report.pixels_read) * 100 / (size.width * size.height)
    let cause = reason.isEmpty ? "bad data" : reason
    return .damaged("TIFF", "\(cause), \(share) % of the pixels read")
  }

  private var remark: MediaWarning? {
    guard hasMorePages else { return nil }
    return MediaWarning(
      code: .unsupported, message: "a TIFF of several pages, of which only the first is used")
  }

  private static let rawPhoto = StillImageProblem(
    .unsupported, "a camera's raw photo, which is not supported", remedy: StillImageProblem.convert)

  private static func problem(
    _ status: CTIFFStatus, _ reason: String, _ damage: StillImageProblem?
  ) -> StillImageProblem {
    let cause = reason.isEmpty ? "" : " (\(reason))"
    switch status {
    case CTIFF_NO_LIBRARY:
      return .missingLibrary("TIFFs", "libtiff", ctiff_load(), package: "libtiff6")
    case CTIFF_UNSUPPORTED where damage == nil:
      return StillImageProblem(
        .unsupported, "a TIFF of a kind that is not supported\(cause)",
        remedy: StillImageProblem.convert)
    case CTIFF_NO_MEMORY: return .tooLargeForMemory
    default:
      if let damage { return StillImageProblem(damage.code, damage.fact) }
      return StillImageProblem(.corrupt, "a damaged TIFF: it cannot be decoded\(cause)")
    }
  }
}
