import Testing

@testable import Media

@Suite("Pictures that FFmpeg reads")
struct PicturePartsTests {
  /// A GIF with a global colour table, a comment and two images, the second with a local colour table.
  var gif: [UInt8] {
    let picture = zeros(4) + [1, 0, 1, 0]
    return Array("GIF89a".utf8) + [1, 0, 1, 0, 0x80, 0, 0] + zeros(6)
      + [0x21, 0xFE, 3] + Array(";;;".utf8) + [2, 0x3B, 0x3B, 0]
      + [0x2C] + picture + [0, 2, 2, 0x44, 1, 0] + [0]
      + [0x2C] + picture + [0x81] + zeros(12) + [2, 2, 0x44, 0x3B, 0] + [0x3B]
  }

  @Test("GIF: all blocks up to the trailer must be there, whatever the last byte is")
  func blocks() throws {
    #expect(try earlyEnd(gif) == nil)
    #expect(try earlyEnd(gif + [0, 0, 7]) == nil)
    for count in 13..<gif.count {
      #expect(try earlyEnd(Array(gif.prefix(count))) == .beforeEndMark, "\(count) bytes")
    }
    // A block of an unknown type.
    #expect(try earlyEnd(gif.dropLast() + [0x99]) == nil)
  }

  func bitmap(
    width: Int, height: Int, bits: Int = 24, compression: Int = 0, size: Int = 0, _ content: Int
  ) -> [UInt8] {
    Array("BM".utf8) + zeros(8) + littleEndian(54, 4) + littleEndian(40, 4) + littleEndian(width, 4)
      + littleEndian(height, 4) + [1, 0] + littleEndian(bits, 2) + littleEndian(compression, 4)
      + littleEndian(size, 4) + zeros(16) + zeros(content)
  }

  @Test("BMP: all rows must be there, but not what fills up the last one")
  func rows() throws {
    for height in [5, -5] {
      #expect(try earlyEnd(bitmap(width: 3, height: height, 60)) == nil)
      #expect(try earlyEnd(bitmap(width: 3, height: height, 57)) == nil)
      #expect(try earlyEnd(bitmap(width: 3, height: height, 56)) == .missing(1))
    }
    #expect(try earlyEnd(bitmap(width: 3, height: 5, compression: 1, size: 33, 33)) == nil)
    #expect(try earlyEnd(bitmap(width: 3, height: 5, compression: 1, size: 33, 30)) == .missing(3))
    // Impossible sizes are left to the decoder to reject.
    let most = 0xFFFF_FFFF
    #expect(try earlyEnd(bitmap(width: most, height: 1 << 31, bits: 0xFFFF, 9)) == nil)
    #expect(try earlyEnd(bitmap(width: 0, height: 0, 0)) == nil)
  }

  /// Returns a TIFF with two strips behind the directory.
  func tiff(_ number: (Int, Int) -> [UInt8], magic: String, next: Int = 0) -> [UInt8] {
    func entry(_ tag: Int, _ type: Int, _ count: Int, _ value: [UInt8]) -> [UInt8] {
      number(tag, 2) + number(type, 2) + number(count, 4) + value
    }
    let entries =
      number(3, 2) + entry(256, 3, 1, number(9, 2) + zeros(2)) + entry(273, 4, 2, number(50, 4))
      + entry(279, 3, 2, number(40, 2) + number(30, 2))
    let head = Array(magic.utf8) + number(42, 2) + number(8, 4)
    return head + entries + number(next, 4) + number(58, 4) + number(98, 4) + zeros(70)
  }

  @Test("TIFF: all strips must be there, in either order of bytes")
  func strips() throws {
    for (magic, number) in [("II", littleEndian), ("MM", bigEndian)] {
      let whole = tiff(number, magic: magic)
      #expect(whole.count == 128)
      #expect(try earlyEnd(whole) == nil)
      #expect(try earlyEnd(whole + zeros(3)) == nil)
      for missing in 1...30 { #expect(try earlyEnd(whole.dropLast(missing)) == .missing(missing)) }
      for count in 8..<58 {
        #expect(try earlyEnd(Array(whole.prefix(count))) != nil, "\(count) bytes")
      }
      // A next directory that is missing, or that forms a cycle.
      #expect(try earlyEnd(tiff(number, magic: magic, next: 5000)) == .insidePart)
      #expect(try earlyEnd(tiff(number, magic: magic, next: 8)) == nil)
    }
  }
}
