import Media
import Testing

@Suite("JPEG encoding")
struct JPEGEncodingTests {
  /// Returns an image that is smooth in all channels, like photos.
  func gradient(width: Int, height: Int) -> Image {
    Image(
      width: width, height: height,
      pixels: (0..<width * height).flatMap { index -> [UInt8] in
        let (x, y) = (index % width, index / width)
        return [UInt8(x * 255 / width), UInt8(y * 255 / height), UInt8(128)]
      })
  }

  @Test("what is written is read back nearly as it was", arguments: [(160, 120), (1, 1), (33, 47)])
  func roundTrip(width: Int, height: Int) throws {
    let image = gradient(width: width, height: height)
    let bytes = image.jpegBytes(quality: 90)
    let decoded = try decodeStillImage(.bytes(bytes, name: "thumbnail"))
    #expect(decoded.format == .jpeg && decoded.warnings.isEmpty)
    #expect((decoded.image.width, decoded.image.height) == (width, height))
    let distances = zip(image.pixels, decoded.image.pixels).map { abs(Int($0) - Int($1)) }
    #expect(Double(distances.reduce(0, +)) / Double(distances.count) < 6)
  }

  @Test("a higher quality takes more bytes and comes closer")
  func quality() {
    let image = gradient(width: 64, height: 64)
    let (low, high) = (image.jpegBytes(quality: 10), image.jpegBytes(quality: 95))
    #expect(low.count < high.count)
  }

  @Test("tables of its own make a file smaller, and change no pixel")
  func tables() throws {
    let image = gradient(width: 64, height: 64)
    let (own, usual) = (image.jpegBytes(), image.jpegBytes(optimized: false))
    #expect(own.count < usual.count)
    let decoded = try [own, usual].map { try decodeStillImage(.bytes($0, name: "picture")).image }
    #expect(decoded[0] == decoded[1])
  }
}
