import Testing

@testable import Media

@Suite("EXIF orientation")
struct EXIFTests {
  /// Returns a directory of one entry, little-endian.
  func block(type: UInt8 = 3, count: UInt8 = 1, value: [UInt8] = [6, 0, 0, 0]) -> [UInt8] {
    [0x49, 0x49, 0x2A, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, type, 0, count, 0, 0, 0] + value
  }

  func orientation(_ exif: [UInt8]?, xmp: String? = nil) -> ImageOrientation {
    OrientationMetadata(exif: exif, xmp: xmp.map { Array($0.utf8) }).orientation
  }

  @Test("is read with and without the block's prefix, which some cameras write twice")
  func prefixes() {
    let prefix = Array("Exif\0\0".utf8)
    #expect(orientation(block()) == .turnedLeft)
    #expect(orientation(prefix + block()) == .turnedLeft)
    #expect(orientation(prefix + prefix + block()) == .turnedLeft)
  }

  @Test("is read from 16-bit and 32-bit numbers, alone or as the first of several")
  func types() {
    #expect(orientation(block(type: 4)) == .turnedLeft)
    #expect(orientation(block(count: 2, value: [3, 0, 8, 0])) == .upsideDown)
    let several = block(type: 4, count: 2, value: [22, 0, 0, 0]) + [8, 0, 0, 0, 1, 0, 0, 0]
    #expect(orientation(several) == .turnedRight)
  }

  @Test("is upright where the block is cut, empty, of another kind or out of range")
  func nonsense() {
    for length in 0..<18 { #expect(orientation(Array(block().prefix(length))) == .upright) }
    #expect(orientation(block(value: [9, 0, 0, 0])) == .upright)
    #expect(orientation(block(value: [0, 0, 0, 0])) == .upright)
    #expect(orientation(block(type: 2)) == .upright)
    #expect(orientation(block(type: 99)) == .upright)
    #expect(orientation(block(count: 0)) == .upright)
    #expect(orientation(block(type: 4, count: 255, value: [255, 255, 255, 255])) == .upright)
    #expect(orientation(nil) == .upright)
  }

  @Test("is read from XMP where EXIF has none, and only there")
  func xmp() {
    #expect(orientation(nil, xmp: "<x tiff:Orientation=\"6\"/>") == .turnedLeft)
    #expect(orientation(nil, xmp: "<tiff:Orientation>3</tiff:Orientation>") == .upsideDown)
    #expect(orientation(block(), xmp: "<x tiff:Orientation=\"3\"/>") == .turnedLeft)
    #expect(orientation(block(type: 2), xmp: "<x tiff:Orientation=\"3\"/>") == .upright)
    #expect(orientation(nil, xmp: "tiff:Orientation") == .upright)
    #expect(orientation(nil, xmp: "tiff:Orientation=\"") == .upright)
    #expect(orientation(nil, xmp: "tiff:Orientation=\"x\"") == .upright)
  }
}
