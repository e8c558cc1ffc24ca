import Testing

@testable import Media

@Suite("JPEG decoding")
struct JPEGDecodingTests {
  /// Bit-identical with libjpeg-turbo 2.1 and 3.2; 1 allows for another library's rounding.
  static let tolerance = 1

  @Test(
    "equals Pillow's pixels",
    arguments: [
      "baseline", "full-chroma", "half-chroma", "progressive", "grey", "rgb", "cmyk", "ycck",
      "tables16", "exif-split", "exif-twice", "exif-nonsense", "exif-cut", "xmp", "xmp-and-exif",
      "junk", "no-end-marker",
    ])
  func parity(name: String) throws {
    let decoded = try MediaFixture.decode("\(name).jpg", .strict)
    let expected = try MediaFixture.picture("\(name).ppm")
    #expect(decoded.image.largestDifference(from: expected) ?? 255 <= Self.tolerance)
    #expect(decoded.format == .jpeg && decoded.warnings.isEmpty)
  }

  @Test("says how many rows a cut picture has, and keeps them")
  func truncated() throws {
    let whole = try MediaFixture.bytes("half-chroma.jpg")
    let cut = Array(whole.prefix(whole.count - 300))
    let decoded = try decodeStillImage(.bytes(cut, name: "cut.jpg"))
    let warning = try #require(decoded.warnings.first)
    #expect(warning.code == .truncated)
    #expect(
      warning.message.wholeMatch(of: /not a complete JPEG \(ends after \d+ % of the rows\)/) != nil)
    let expected = try MediaFixture.picture("half-chroma.ppm")
    #expect(decoded.image.pixels.prefix(8 * 31 * 3) == expected.pixels.prefix(8 * 31 * 3))
    #expect(
      failure(cut, .strict)?.problem
        == "\(warning.message). Get a fresh copy, or run without --strict to caption what is there."
    )
  }

  @Test("a progressive picture says that it lacks its last scan")
  func truncatedProgressive() throws {
    let whole = try MediaFixture.bytes("progressive.jpg")
    let error = failure(Array(whole.prefix(whole.count - 20)), .strict)
    #expect(error?.code == .truncated)
    #expect(error?.problem.hasPrefix("not a complete JPEG (ends before its last scan). ") == true)
  }

  @Test("damage in front of the first row leaves no picture")
  func blank() throws {
    var bytes = try MediaFixture.bytes("baseline.jpg")
    let table = try #require(bytes.indices.first { bytes[$0...].starts(with: [0xFF, 0xC4]) })
    bytes[table + 6] = 255  // codes of two bits: more than there can be
    #expect(failure(bytes)?.code == .corrupt)
    #expect(
      failure(bytes)?.problem
        == "a damaged JPEG: Bogus Huffman table definition before its first row. Get a fresh copy.")
  }

  @Test(
    "data that end before they make a row are an error, and with a row there is a picture",
    arguments: ["baseline.jpg", "progressive.jpg", "grey.jpg"])
  func firstRow(name: String) throws {
    let whole = try MediaFixture.bytes(name)
    let scan = try #require(whole.indices.first { whole[$0...].starts(with: [0xFF, 0xDA]) })
    let data = scan + 2 + Int(whole[scan + 2]) << 8 + Int(whole[scan + 3])
    let isProgressive = name == "progressive.jpg"
    var hasPicture = false
    for end in data + 2..<whole.count {
      let cut = Array(whole[..<end])
      for (bytes, code) in [(cut, MediaError.Code.truncated), (cut + [0xFF, 0xD9], .corrupt)] {
        do throws(MediaError) {
          let image = try decodeStillImage(.bytes(bytes, name: "it")).image
          hasPicture = true
          // A decoder without data would produce a single colour.
          #expect(image.pixels.dropFirst(3) != image.pixels.dropLast(3), "\(end)")
        } catch {
          #expect(error.problem.contains("before its first row"), "\(error)")
          // A progressive image cut between two scans has no row, although an earlier cut had one.
          guard !isProgressive else { continue }
          #expect(error.code == code, "\(error)")
          #expect(!hasPicture, "\(end)")
        }
      }
    }
    #expect(hasPicture)
  }

  @Test("bytes lost between restart markers are a remark, even to strict readers")
  func remark() throws {
    var bytes = try MediaFixture.bytes("half-chroma.jpg")
    let restart = try #require(bytes.indices.first { bytes[$0...].starts(with: [0xFF, 0xD0]) })
    bytes.removeSubrange(restart - 12..<restart)
    let decoded = try decodeStillImage(.bytes(bytes, name: "it"), .strict)
    #expect(decoded.warnings.map(\.code) == [.corrupt])
  }

  @Test("a smaller decode, once resized, is within 1 of resizing the whole picture with Pillow")
  func scaled() throws {
    var options = StillImageOptions()
    options.smallestUsefulSize = { _ in PixelSize(width: 40, height: 30) }
    let scaled = try MediaFixture.decode("large.jpg", options)
    #expect(scaled.image.width == 80 && scaled.image.height == 60)
    #expect(scaled.width == 320 && scaled.height == 240)
    let expected = try MediaFixture.picture("large-40x30.ppm")
    let difference = scaled.image.resized(toWidth: 40, height: 30).meanDifference(from: expected)
    #expect(difference < 1)  // photographs: 0.2 to 0.3
  }

  @Test("the scale follows the upright size and never undercuts twice the target")
  func scale() throws {
    let header = try JPEGHeader(parsing: try MediaFixture.bytes("orientation-6.jpg"))
    let decoder = JPEGDecoder(bytes: [], header: header)  // 31 by 23 stored, 23 by 31 upright
    #expect(decoder.scale(forTarget: nil) == 1)
    #expect(decoder.scale(forTarget: PixelSize(width: 5, height: 7)) == 2)
    #expect(decoder.scale(forTarget: PixelSize(width: 7, height: 5)) == 1)
    #expect(decoder.scale(forTarget: PixelSize(width: 1, height: 1)) == 8)
  }
}
