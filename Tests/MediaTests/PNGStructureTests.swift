import Testing

@testable import Media

@Suite("PNG structure")
struct PNGStructureTests {
  /// Returns `bytes` with a chunk inserted after the header chunk, with a wrong checksum.
  func inserting(_ name: String, _ data: [UInt8], into bytes: [UInt8]) -> [UInt8] {
    let chunk = [0, 0, 0, UInt8(data.count)] + Array(name.utf8) + data + [1, 2, 3, 4]
    return Array(bytes[..<33]) + chunk + Array(bytes[33...])
  }

  @Test("an ancillary chunk with a wrong checksum matters to strict readers only")
  func ancillaryChecksum() throws {
    let bytes = inserting("tEXt", Array("a\0b".utf8), into: try MediaFixture.bytes("rgb8.png"))
    #expect(
      failure(bytes, .strict)?.problem.hasPrefix(
        "a damaged PNG: wrong checksum in chunk tEXt. Get a fresh copy, or run without --strict")
        == true)
    #expect(
      try decodeStillImage(.bytes(bytes, name: "it")).image
        == (try MediaFixture.picture("rgb8.ppm")))
  }

  @Test("a critical chunk with a wrong checksum is an error to all")
  func criticalChecksum() throws {
    var bytes = try MediaFixture.bytes("rgb8.png")
    bytes[29] ^= 1
    #expect(failure(bytes)?.code == .corrupt)
    #expect(
      failure(bytes)?.problem
        == "a damaged PNG: wrong checksum in chunk IHDR. Get a fresh copy.")
  }

  @Test("chunk names that no message should print are not printed")
  func oddNames() throws {
    let bytes = inserting("a\nBc", [], into: try MediaFixture.bytes("rgb8.png"))
    #expect(failure(bytes, .strict)?.problem.contains("impossible chunk name") == true)
    #expect(failure(bytes) == nil)
    let high = inserting("abcd", [], into: try MediaFixture.bytes("rgb8.png"))
      .enumerated().map { $0 == 37 ? 0xE9 : $1 }
    #expect(failure(high)?.code == .corrupt)
  }

  @Test("a signature changed by a text transfer says so")
  func signature() throws {
    var bytes = try MediaFixture.bytes("rgb8.png")
    bytes[4] = 0x0A
    #expect(
      failure(bytes)?.problem
        == "a damaged PNG: its signature was changed, as by a transfer in text mode. "
        + "Get a fresh copy.")
  }

  @Test("a file without pixels, or cut in front of them, is an error to all")
  func withoutPixels() throws {
    let bytes = try MediaFixture.bytes("rgb8.png")
    #expect(failure(Array(bytes.prefix(33)))?.code == .truncated)
    #expect(
      failure(Array(bytes.prefix(33)))?.problem
        == "not a complete PNG (ends inside its header). Get a fresh copy.")
    #expect(
      failure(Array(bytes.prefix(33) + bytes.suffix(12)))?.problem.contains("no image data") == true
    )
  }

  @Test("a whole picture without its end chunk is truncated to strict readers")
  func withoutEnd() throws {
    let bytes = Array(try MediaFixture.bytes("rgb8.png").dropLast(12))
    #expect(failure(bytes, .strict)?.code == .truncated)
    #expect(failure(bytes) == nil)
  }
}
