import Testing

@testable import Media

@Suite("Still image")
struct StillImageTests {
  static let everyKind = [
    "baseline.jpg", "half-chroma.jpg", "progressive.jpg", "cmyk.jpg", "rgb8.png",
    "interlaced-rgb8.png", "palette4-transparent.png", "lossy.webp", "alpha-lossless.webp",
    "animated.webp",
  ]

  @Test(
    "a picture cut anywhere is an error to strict readers and never a crash", arguments: everyKind)
  func truncation(name: String) throws {
    let whole = try MediaFixture.bytes(name)
    for length in 1..<whole.count {
      let cut = Array(whole.prefix(length))
      #expect(failure(cut, .strict) != nil, "\(length) of \(whole.count) bytes")
      _ = failure(cut)
    }
  }

  @Test("a byte changed anywhere never crashes", arguments: everyKind)
  func mutation(name: String) throws {
    let whole = try MediaFixture.bytes(name)
    for index in whole.indices {
      var changed = whole
      changed[index] = changed[index] &* 31 &+ 0x55
      _ = failure(changed)
    }
  }

  @Test("a picture over the pixel limit is refused from its header")
  func pixels() throws {
    var options = StillImageOptions()
    options.maximumPixels = 700
    for name in ["baseline.jpg", "rgb8.png", "lossless.webp"] {
      let error = failure(try MediaFixture.bytes(name), options)
      #expect(error?.code == .tooLarge)
      #expect(
        error?.problem == "31 x 23 pixels are over the limit of 700. "
          + "Make the picture smaller, or raise --max-pixels.")
    }
    var bytes = try MediaFixture.bytes("progressive.jpg")
    let frame = try #require(bytes.indices.first { bytes[$0...].starts(with: [0xFF, 0xC2]) })
    bytes.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0xDC, 0xFF, 0xDC])
    #expect(
      failure(bytes)?.problem.hasPrefix("65500 x 65500 pixels are over the limit of 178,956,970.")
        == true)
  }

  @Test("the pixel limit is where Pillow refuses, and a warning comes where Pillow warns")
  func warning() throws {
    var options = StillImageOptions()
    options.smallestUsefulSize = { _ in PixelSize(width: 16, height: 16) }
    /// Returns the warnings for a JPEG whose header states this many rows of 65,500 pixels.
    func codes(_ rows: Int) throws -> [MediaError.Code] {
      var bytes = Image.pattern(width: 65_500, height: 16).jpegBytes()
      let frame = try #require(bytes.indices.first { bytes[$0...].starts(with: [0xFF, 0xC0]) })
      bytes.replaceSubrange(frame + 5..<frame + 7, with: bigEndian(rows, 2))
      return try decodeStillImage(.bytes(bytes, name: "it"), options).warnings.map(\.code)
    }
    // 1366 rows are 89,473,000 pixels, 2732 are 178,946,000.
    #expect(try !codes(1366).contains(.tooLarge))
    #expect(try codes(1367).contains(.tooLarge))
    #expect(try codes(2732).contains(.tooLarge))
    #expect(throws: MediaError.self) { try codes(2733) }
  }

  @Test("a side over the limit is refused")
  func side() throws {
    var options = StillImageOptions()
    options.maximumSide = 30
    let error = failure(try MediaFixture.bytes("rgb8.png"), options)
    #expect(error?.code == .tooLarge)
    #expect(
      error?.problem == "a side of 31 pixels is over the limit of 30. Make the picture smaller.")
  }

  @Test("errors and warnings carry the codes that scripts know")
  func codes() {
    let codes = """
      missing unreadable empty not_media unsupported truncated corrupt too_large too_long timeout \
      no_frames decoder_crashed outside_root cancelled internal
      """
    #expect(
      Set(MediaError.Code.allCases.map(\.rawValue))
        == Set(codes.split(separator: " ").map(String.init)))
  }
}
