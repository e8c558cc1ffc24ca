import CPNG

/// Decodes PNGs with libpng.
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
    let image = Image(width: width, height: height, pixels: pixels)
    guard report.is_complete == 0 else {
      return DecodedPixels(image: image, damage: structure.damage)
    }
    return DecodedPixels(image: image, damage: damage(message, pixelsRead: report.pixels_read))
  }

  private func damage(_ message: String, pixelsRead: UInt64) -> StillImageProblem {
    let share = Int(pixelsRead) * 100 / (structure.size.width * structure.size.height)
    let place = "after \(share) % of the \(structure.isInterlaced ? "pixels" : "rows")"
    if message == "Not enough image data" { return .incomplete("PNG", ends: place) }
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
