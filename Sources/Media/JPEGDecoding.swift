import CJPEG

/// A decoded picture as it was stored, and what was wrong with it.
struct DecodedPixels {
  var image: Image
  /// `nil` if all of it could be read; otherwise what strict reading calls an error.
  var damage: StillImageProblem?
  /// What even strict reading lets pass.
  var remark: MediaWarning?
}

/// Decodes JPEGs with libjpeg-turbo.
struct JPEGDecoder {
  /// The most scans a picture may have; photographs have about ten.
  static let maximumScanCount = 500
  /// The most pixels, summed over all scans, that a picture may make us decode; about
  /// four seconds' worth.
  static let maximumScannedPixels = 2_500_000_000

  let bytes: [UInt8]
  let header: JPEGHeader

  /// 1, 2, 4 or 8: how much smaller the picture is decoded when it will be resized to `target`.
  ///
  /// At least twice the final size is kept in both directions, so that the antialiased resize, not
  /// the decoder's coarser one, decides how the picture looks.
  func scale(forTarget target: PixelSize?) -> Int {
    guard let target else { return 1 }
    let upright = header.uprightSize
    let scale = [8, 4, 2].first { scale in
      upright.width / scale >= 2 * target.width && upright.height / scale >= 2 * target.height
    }
    return scale ?? 1
  }

  /// Decodes the picture at 1/`scale` of its size.
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

  /// Returns how many scans the picture may have, and throws if it has more.
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

  /// What is wrong with a picture of which nothing could be decoded.
  private static func noRow(_ report: CJPEGReport) -> StillImageProblem {
    guard report.is_truncated == 0 else {
      return StillImageProblem(.truncated, "not a complete JPEG (ends before its first row)")
    }
    return StillImageProblem(
      .corrupt, "a damaged JPEG: \(report.text ?? "bad data") before its first row")
  }

  private func damage(_ report: CJPEGReport, rowCount: Int) -> StillImageProblem {
    if report.is_truncated != 0 && report.rows_before_end < rowCount {
      // Such a picture is read whole before its first row comes out.
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

  /// What is worth saying of a picture whose rows could all be decoded.
  private func remark(_ report: CJPEGReport) -> MediaWarning? {
    if report.is_truncated != 0 {
      return MediaWarning(code: .truncated, message: "a JPEG without its end marker")
    }
    return report.text.map { MediaWarning(code: .corrupt, message: "a damaged JPEG: \($0)") }
  }
}

extension CJPEGReport {
  /// What the library said, without the words that only repeat ours.
  fileprivate var text: String? {
    let text = withUnsafeBytes(of: message) { raw in
      String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
    }
    let prefix = "Corrupt JPEG data: "
    if text.isEmpty { return nil }
    return text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text
  }
}
