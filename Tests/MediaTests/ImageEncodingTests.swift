import Media
import TestSupport
import Testing

@Suite("Writing pictures")
struct ImageEncodingTests {
  let image: Image

  init() {
    let (width, height) = (37, 21)
    let pixels = (0..<width * height).flatMap { pixel in
      [UInt8(pixel % width * 6), UInt8(pixel / width * 12), UInt8(128)]
    }
    image = Image(width: width, height: height, pixels: pixels)
  }

  @Test("a PNG holds every pixel as it was")
  func png() throws {
    let decoded = try decodeStillImage(.bytes(image.pngBytes, name: "a.png"))
    #expect(decoded.image == image && decoded.warnings.isEmpty)
  }

  @Test("a JPEG is nearly the picture, the nearer the higher its quality")
  func jpeg() throws {
    let errors = try [50, 95].map { quality in
      let decoded = try decodeStillImage(
        .bytes(image.jpegBytes(quality: quality), name: "a.jpg"))
      #expect(decoded.warnings.isEmpty && decoded.image.width == image.width)
      return zip(decoded.image.pixels, image.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
    }
    #expect(errors[1] < errors[0])
    #expect(errors[1] < 3 * image.pixels.count)
  }
}
