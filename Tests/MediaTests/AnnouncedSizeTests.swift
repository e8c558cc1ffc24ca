import Testing

@testable import Media

@Suite("The sizes that pictures announce")
struct AnnouncedSizeTests {
  func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  func gif(_ width: Int, _ height: Int) -> [UInt8] {
    Array("GIF89a".utf8) + little(width, 2) + little(height, 2) + [
      0x80, 0, 0, 0, 0, 0, 255, 255, 255,
    ]
      + [0x2C, 0, 0, 0, 0] + little(width, 2) + little(height, 2) + [0, 2, 2, 0x44, 1, 0, 0x3B]
  }

  func bmp(_ width: Int, _ height: Int, headerSize: Int = 40) -> [UInt8] {
    let sides = headerSize == 12 ? 2 : 4
    return Array("BM".utf8) + little(0, 12) + little(headerSize, 4) + little(width, sides)
      + little(height, sides) + little(1, 2) + little(8, 2) + little(0, 1100)
  }

  func size(_ bytes: [UInt8]) -> PixelSize? {
    MediaFormat(recognizing: bytes)?.announcedSize(in: bytes)
  }

  @Test("are read from their headers")
  func sizes() {
    let expected = PixelSize(width: 300, height: 200)
    #expect(size(gif(300, 200)) == expected)
    #expect(size(bmp(300, 200)) == expected)
    #expect(size(bmp(300, -200)) == expected)
    #expect(size(bmp(300, 200, headerSize: 12)) == expected)
  }

  @Test("are unknown where the header is cut off, and none where a side is")
  func cut() {
    for file in [gif(3, 2), bmp(3, 2)] {
      for count in 0..<min(file.count, 40) {
        let bytes = Array(file[..<count])
        if let size = size(bytes) { #expect(size == PixelSize(width: 3, height: 2)) }
      }
    }
    #expect(size(gif(0, 2)) == nil)
    #expect(size(bmp(-3, 2)) == nil)
    #expect(size(bmp(3, -1 << 31)) == PixelSize(width: 3, height: 1 << 31))
    #expect(MediaFormat.avif.announcedSize(in: gif(3, 2)) == nil)
  }

  @Test("that are over the limit are refused, with the numbers")
  func limit() {
    for file in [gif(16_000, 16_000), bmp(16_000, 16_000)] {
      let error = failure(file)
      #expect(error?.code == .tooLarge)
      #expect(error?.problem.contains("16000 x 16000 pixels are over the limit") == true)
    }
    #expect(failure(bmp(70_000, 1))?.code == .tooLarge)
  }
}
