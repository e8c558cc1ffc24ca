import Testing

@testable import Media

@Suite("PNG decoding")
struct PNGDecodingTests {
  @Test(
    "equals Pillow's pixels over white, 16 bits cut to their high byte",
    arguments: [
      "rgb8", "rgb16", "rgba8", "rgba16", "grey-alpha8", "grey-alpha16", "grey1", "grey2", "grey4",
      "grey8", "grey16", "grey8-transparent", "rgb8-transparent", "palette1", "palette2",
      "palette4", "palette8", "palette4-transparent", "palette4-short", "interlaced-rgb8",
      "interlaced-grey1", "interlaced-rgba16", "interlaced-narrow", "gamma", "turned", "padded",
    ])
  func parity(name: String) throws {
    let decoded = try MediaFixture.decode("\(name).png", .strict)
    #expect(decoded.image == (try MediaFixture.picture("\(name).ppm")))
    #expect(decoded.format == .png && decoded.warnings.isEmpty)
  }

  @Test("keeps the rows in front of a cut, and says how many there are")
  func truncated() throws {
    let whole = try MediaFixture.bytes("rgb8.png")
    let cut = Array(whole.prefix(whole.count * 2 / 3))
    let decoded = try decodeStillImage(.bytes(cut, name: "it"))
    let warning = try #require(decoded.warnings.first)
    let match = try #require(
      warning.message.wholeMatch(of: /not a complete PNG \(ends after (\d+) % of the rows\)/))
    let rows = try #require(Int(match.1)) * decoded.height / 100
    #expect(rows > 0 && rows < decoded.height)
    let kept = rows * decoded.width * 3
    #expect(
      decoded.image.pixels.prefix(kept)
        == (try MediaFixture.picture("rgb8.ppm")).pixels.prefix(kept))
    #expect(failure(cut, .strict)?.code == .truncated)
  }

  @Test("an interlaced picture cut short is coarse but covers everything")
  func coarse() throws {
    let whole = try MediaFixture.bytes("interlaced-rgb8.png")
    let decoded = try decodeStillImage(.bytes(Array(whole.prefix(whole.count / 2)), name: "it"))
    let expected = try MediaFixture.picture("interlaced-rgb8.ppm")
    #expect(decoded.image.meanDifference(from: expected) < 40)
    #expect(decoded.warnings.map(\.code) == [.truncated])
    #expect(decoded.warnings.first?.message.hasSuffix("% of the pixels)") == true)
  }

  @Test("damaged pixels keep the rows in front of them")
  func damaged() throws {
    var bytes = try MediaFixture.bytes("rgb8.png")
    bytes[bytes.count * 2 / 3] ^= 0xFF
    #expect(failure(bytes, .strict)?.code == .corrupt)
    #expect(try decodeStillImage(.bytes(bytes, name: "it")).warnings.map(\.code) == [.corrupt])
  }

  @Test(
    "pixels that end, or are damaged, before they make a row are an error",
    arguments: ["rgb8.png", "interlaced-rgb8.png"])
  func firstRow(name: String) throws {
    let whole = try MediaFixture.bytes(name)
    let data = try #require(whole.firstRange(of: Array("IDAT".utf8))).upperBound
    let cut = failure(Array(whole[..<(data + 4)]))
    #expect(cut?.code == .truncated)
    #expect(cut?.problem == "not a complete PNG (ends before its first row). Get a fresh copy.")
    var damaged = whole
    for place in data + 2..<data + 12 { damaged[place] = 0xFF }
    #expect(failure(damaged)?.code == .corrupt)
    #expect(failure(damaged)?.problem.hasSuffix(" before its first row. Get a fresh copy.") == true)
  }
}
