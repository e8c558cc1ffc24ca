import CJPEG

/// A decoded picture as it was stored, and what was wrong with it.
struct DecodedPixels {
  let image: Image
  /// `nil` if all of it could be read; otherwise what strict reading calls an error.
  var damage: StillImageProblem?
  /// What even strict reading lets pass.
  var remark: MediaWarning?
}

/// Decodes JPEGs with libjpeg-turbo.
struct JPEGDecoder {
  /// The most scans a progressive picture may have; photographs have about ten. Each costs a pass
  /// over the whole picture, so that a small file could keep us busy for hours.
  static let maximumScanCount: UInt32 = 500
  /// The most pixels, summed over all scans, that a progressive picture may make us decode.
  static let maximumScannedPixels = 4_000_000_000

  let bytes: [UInt8]
  let header: JPEGHeader

  /// 1, 2, 4 or 8: how much smaller the picture is decoded when it will be resized to `target`.
  ///
  /// At least twice the final size is kept in both directions, so that the antialiased resize, not
  /// the decoder's coarser one, decides how the picture looks.
  func scale(forTarget target: PixelSize?) -> Int {
    guard let target else { return 1 }
    let upright = header.orientation.exchangesSides ? header.size.transposed : header.size
    let scale = [8, 4, 2].first { scale in
      upright.width / scale >= 2 * target.width && upright.height / scale >= 2 * target.height
    }
    return scale ?? 1
  }

  /// Decodes the picture at 1/`scale` of its size.
  func decode(scale: Int) throws(StillImageProblem) -> DecodedPixels {
    let width = (header.size.width + scale - 1) / scale
    let height = (header.size.height + scale - 1) / scale
    let scanLimit = Self.maximumScannedPixels / (header.size.width * header.size.height)
    var request = CJPEGRequest(
      width: UInt32(header.size.width), height: UInt32(header.size.height), scale: UInt32(scale),
      scan_limit: min(Self.maximumScanCount, UInt32(clamping: scanLimit)))
    var report = CJPEGReport()
    let pixels = [UInt8](unsafeUninitializedCapacity: width * height * 3) { target, count in
      report = cjpeg_decode(bytes, bytes.count, &request, target.baseAddress)
      count = width * height * 3
    }
    let image = Image(width: width, height: height, pixels: pixels)
    switch report.outcome {
    case CJPEG_OUT_OF_MEMORY:
      throw StillImageProblem(.tooLarge, "does not fit in memory. Make the picture smaller.")
    case CJPEG_TOO_MANY_SCANS:
      throw StillImageProblem(
        .tooLarge, "has over \(request.scan_limit) scans. Save it again as an ordinary JPEG.")
    case CJPEG_COMPLETE where report.is_truncated == 0 || report.rows_before_end == height:
      return DecodedPixels(image: image, remark: remark(report))
    default:
      return DecodedPixels(image: image, damage: damage(report, rowCount: height))
    }
  }

  private func damage(_ report: CJPEGReport, rowCount: Int) -> StillImageProblem {
    if report.is_truncated != 0 {
      let share = Int(report.rows_before_end) * 100 / rowCount
      return incompletePicture(
        "JPEG",
        endsAfter: header.isProgressive && share < 100
          ? "before its last scan" : "after \(share) % of the rows")
    }
    let share = Int(report.rows) * 100 / rowCount
    return damagedPicture("JPEG", "\(report.text ?? "bad data") after \(share) % of the rows")
  }

  /// What is worth saying of a picture whose rows could all be decoded.
  private func remark(_ report: CJPEGReport) -> MediaWarning? {
    if report.is_truncated != 0 {
      return MediaWarning(code: .truncated, message: "the JPEG has all its rows but no end marker")
    }
    return report.text.map { MediaWarning(code: .corrupt, message: "a damaged JPEG: \($0)") }
  }
}

/// The problem of a file that stops too early.
func incompletePicture(_ format: String, endsAfter place: String) -> StillImageProblem {
  StillImageProblem(
    .truncated,
    "not a complete \(format) (ends \(place)). "
      + "Get a fresh copy, or run without --strict to caption what is there.")
}

/// The problem of a file whose pixel data cannot all be decoded.
func damagedPicture(_ format: String, _ reason: String) -> StillImageProblem {
  StillImageProblem(
    .corrupt,
    "a damaged \(format): \(reason). "
      + "Get a fresh copy, or run without --strict to caption what is there.")
}

extension CJPEGReport {
  /// What the library said, without the full stop that some of its messages end in.
  fileprivate var text: String? {
    let text = withUnsafeBytes(of: message) { raw in
      String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
    }
    return text.isEmpty ? nil : text
  }
}
