import Testing

@testable import Media

@Suite("WebP decoding")
struct WebPDecodingTests {
  @Test(
    "equals Pillow's pixels; lossy ones within 1, the room for another library's rounding",
    arguments: [
      ("lossless", 0), ("alpha-lossless", 0), ("transposed", 0), ("animated", 0), ("lossy", 1),
      ("tall", 1),
      ("alpha-lossy", 1),
    ])
  func parity(name: String, tolerance: Int) throws {
    let decoded = try MediaFixture.decode("\(name).webp", .strict)
    let expected = try MediaFixture.picture("\(name).ppm")
    #expect(decoded.image.largestDifference(from: expected) ?? 255 <= tolerance)
    #expect(decoded.format == .webp)
    #expect(decoded.warnings == (name == "animated" ? [.firstPictureOnly] : []))
  }

  @Test("keeps the rows in front of a cut")
  func truncated() throws {
    let whole = try MediaFixture.bytes("tall.webp")
    let cut = Array(whole.prefix(whole.count - 50))
    let decoded = try decodeStillImage(.bytes(cut, name: "it"))
    #expect(
      decoded.warnings.map(\.message) == ["not a complete WebP (ends after 25 % of the rows)"])
    let kept = decoded.height * 25 / 100 * decoded.width * 3
    let expected = try MediaFixture.picture("tall.ppm")
    let differences = zip(decoded.image.pixels, expected.pixels).prefix(kept)
      .map { abs(Int($0) - Int($1)) }
    #expect(differences.max() ?? 255 <= 1)
    #expect(
      failure(cut, .strict)?.problem.hasPrefix("not a complete WebP (ends after ") == true)
  }

  @Test("a cut in front of the first row is an error to all")
  func header() throws {
    let error = failure(Array(try MediaFixture.bytes("lossy.webp").prefix(40)))
    #expect(error?.code == .truncated)
    #expect(
      error?.problem == "not a complete WebP (ends before its first row). Get a fresh copy.")
  }

  @Test("damage is an error to all")
  func damaged() throws {
    var bytes = try MediaFixture.bytes("lossless.webp")
    for index in 40..<80 { bytes[index] = 0xFF }
    #expect(failure(bytes)?.code == .corrupt)
    #expect(
      failure(bytes)?.problem == "a damaged WebP: its pixels cannot be decoded. Get a fresh copy.")
    var parts = try MediaFixture.bytes("alpha-lossy.webp")
    parts[16] = 3  // the length of the first chunk
    #expect(
      failure(parts)?.problem == "a damaged WebP: its parts do not fit. Get a fresh copy.")
  }
}
