import CMedia
import CPNG

/// Decodes PNGs with libpng; HDR is tone-mapped.
struct PNGDecoder {
  let structure: PNGStructure

  func decode() throws(StillImageProblem) -> DecodedPixels {
    let (width, height) = (structure.size.width, structure.size.height)
    let file = structure.plainFile
    var report = CPNGReport()
    let pixels = [UInt8](unsafeUninitializedCapacity: width * height * 3) { target, count in
      report = cpng_decode(
        file, file.count, UInt32(width), UInt32(height), target.baseAddress)
      count = width * height * 3
    }
    let message = report.text
    guard message != "out of memory" else {
      throw StillImageProblem.tooLargeForMemory
    }
    guard report.pixels_read > 0 else { throw Self.noRow(message) }
    let image = Image(width: width, height: height, pixels: toneMapped(pixels))
    let isComplete = report.is_complete != 0
    return DecodedPixels(
      image: image,
      damage: isComplete ? structure.damage : damage(message, pixelsRead: report.pixels_read),
      remark: highRange.map(MediaWarning.toneMapped))
  }

  private var highRange: String? {
    switch structure.coding?.transfer {
    case Int32(CMEDIA_PQ): "PQ"
    case Int32(CMEDIA_HLG): "HLG"
    default: nil
    }
  }

  /// Returns the pixels tone-mapped to SDR, from the upper 8 bits of each sample, as no more are decoded.
  private func toneMapped(_ pixels: [UInt8]) -> [UInt8] {
    guard highRange != nil, let coding = structure.coding else { return pixels }
    let deep = pixels.map { UInt16($0) * 257 }
    return [UInt8](unsafeUninitializedCapacity: pixels.count) { target, written in
      guard let start = target.baseAddress else { return }
      cmedia_tone_map(
        deep, Int64(pixels.count / 3), coding.transfer, coding.primaries, start)
      written = pixels.count
    }
  }

  /// Returns the error for an image of which no row was decoded.
  private static func noRow(_ message: String) -> StillImageProblem {
    if message == lacksData {
      return StillImageProblem(.truncated, "not a complete PNG (ends before its first row)")
    }
    return StillImageProblem(.corrupt, "a damaged PNG: \(message) before its first row")
  }

  /// The message of libpng when the image data ends early.
  private static let lacksData = "Not enough image data"

  private func damage(_ message: String, pixelsRead: UInt64) -> StillImageProblem {
    let share = Int(pixelsRead) * 100 / (structure.size.width * structure.size.height)
    let place = "after \(share) % of the \(structure.isInterlaced ? "pixels" : "rows")"
    if message == Self.lacksData { return .incomplete("PNG", ends: place) }
    return .damaged("PNG", "\(message) \(place)")
  }
}

extension CPNGReport {
  fileprivate var text: String {
    withUnsafeBytes(of: message) { raw in
      String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
