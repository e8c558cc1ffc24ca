import CJPEG

/// A decoded image as stored, with the problems found in it.
struct DecodedPixels {
  var image: Image
  /// The damage that strict reading treats as an error; `nil` if all pixels were decoded.
  var damage: StillImageProblem?
  /// A warning that is no error in strict reading either.
  var remark: MediaWarning?
}

/// Decodes JPEGs with libjpeg-turbo.
struct JPEGDecoder {
  /// The maximum number of scans in an image; photographs have about ten.
  static let maximumScanCount = 500
  /// The maximum number of pixels summed over all scans, about four seconds of decoding.
  static let maximumScannedPixels = 2_500_000_000

  let bytes: [UInt8]
  let header: JPEGHeader

  /// Returns the factor, 1, 2, 4 or 8, by which the decoder may shrink an image that will be resized to
  /// `target`.
  ///
  /// The result stays at least twice as large as `target` in both directions, so that the antialiased resize,
  /// not the decoder's coarser scaling, determines the quality.
  func scale(forTarget target: PixelSize?) -> Int {
    guard let target else { return 1 }
    let upright = header.uprightSize
    let scale = [8, 4, 2].first { scale in
      upright.width / scale >= 2 * target.width && upright.height / scale >= 2 * target.height
    }
    return scale ?? 1
  }

  /// Decodes the image at 1/`scale` of its size.
  func decode(scale: Int) throws(StillImageProblem) -> DecodedPixels {
    let width = (header.size.width + scale - 1) / scale
    let height = (header.size.height + scale - 1) / scale
    let scanLimit = try checkScanCount()
    var request = CJPEGRequest(
      width: UInt32(header.size.width), height: UInt32(header.size.height), scale: UInt32(scale),
      scan_limit: UInt32(scanLimit))
    var report = CJPEGReport()
    let pixels = [UInt8](unsafeUninitializedCapacity: width * height * 3) { target, count in
      report = cjpeg_decode(bytes, bytes.count, &request, target.baseAddress)
      count = width * height * 3
    }
    let image = Image(width: width, height: height, pixels: pixels)
    switch report.outcome {
    case CJPEG_OUT_OF_MEMORY:
      throw StillImageProblem.tooLargeForMemory
    case CJPEG_TOO_MANY_SCANS: throw Self.tooManyScans(scanLimit)
    case _ where report.is_blank != 0 || report.rows == 0: throw Self.noRow(report)
    case CJPEG_COMPLETE where report.is_truncated == 0 || report.rows_before_end == height:
      return DecodedPixels(image: image, remark: remark(report))
    default:
      return DecodedPixels(image: image, damage: damage(report, rowCount: height))
    }
  }

  /// Returns the maximum number of scans for this image, and throws if it has more.
  private func checkScanCount() throws(StillImageProblem) -> Int {
    let pixels = header.size.width * header.size.height
    let limit = min(Self.maximumScanCount, Self.maximumScannedPixels / pixels)
    if header.hasSeveralScans && header.scanCount(in: bytes, upTo: limit + 1) > limit {
      throw Self.tooManyScans(limit)
    }
    return limit
  }

  private static func tooManyScans(_ limit: Int) -> StillImageProblem {
    StillImageProblem(
      .tooLarge, "a JPEG with over \(limit) scans",
      remedy: "Save it again as an ordinary JPEG.")
  }

  /// Returns the error for an image of which no row was decoded.
  private static func noRow(_ report: CJPEGReport) -> StillImageProblem {
    guard report.is_truncated == 0 else {
      return StillImageProblem(.truncated, "not a complete JPEG (ends before its first row)")
    }
    return StillImageProblem(
      .corrupt, "a damaged JPEG: \(report.text ?? "bad data") before its first row")
  }

  private func damage(_ report: CJPEGReport, rowCount: Int) -> StillImageProblem {
    if report.is_truncated != 0 && report.rows_before_end < rowCount {
      // A progressive image outputs its first row only after the last scan.
      let share = Int(report.rows_before_end) * 100 / rowCount
      return .incomplete(
        "JPEG",
        ends: header.hasSeveralScans ? "before its last scan" : "after \(share) % of the rows"
      )
    }
    let share = Int(report.rows) * 100 / rowCount
    let place = share == 100 ? "the last row" : "\(share) % of the rows"
    return .damaged("JPEG", "\(report.text ?? "bad data") after \(place)")
  }

  /// Returns a warning for an image whose rows were all decoded; nil if there is nothing to report.
  private func remark(_ report: CJPEGReport) -> MediaWarning? {
    if report.is_truncated != 0 {
      return MediaWarning(code: .truncated, message: "a JPEG without its end marker")
    }
    return report.text.map { MediaWarning(code: .corrupt, message: "a damaged JPEG: \($0)") }
  }
}

extension CJPEGReport {
  /// The library's message without its prefix, which would repeat ours; nil if there is none.
  fileprivate var text: String? {
    let text = withUnsafeBytes(of: message) { raw in
      String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
    }
    let prefix = "Corrupt JPEG data: "
    if text.isEmpty { return nil }
    return text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text
  }
}
