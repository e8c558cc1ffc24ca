import Foundation
import TestSupport
import Testing

@testable import Media

/// One drawing in many formats, written by `scripts/fixtures/stills.py`, with a PNG of the expected result.
enum StillFixture {
  private static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures/stills")

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: folder.appending(path: name)))
  }

  static func shown(_ name: String) throws -> Image {
    try decodeStillImage(.bytes(try bytes(name + ".png"), name: name), .strict).image
  }
}

@Suite("Still formats")
struct StillFormatsTests {
  /// Lossless files, where no channel of any pixel differs by more than rounding.
  static let exact =
    [
      "tiled.tif", "tiled-grey.tif", "tiled-planes.tif", "planes.tif", "strips.tif",
      "big-endian.tif", "big.tif", "zstd.tif", "lzma.tif", "grey16.tif", "white-is-zero.tif",
      "rgba.tif", "rgba16.tif", "rgba-tiled.tif", "rgba-multiplied.tif", "rgbx.tif",
      "rgba-unsaid.tif", "grey-alpha8.tif", "grey-alpha16.tif", "g4.tif", "bilevel.tif",
      "packbits-palette.tif", "cmyk.tif", "lossless.jxl", "container.jxl", "alpha.jxl",
      "grey16.jxl", "rgb.jp2", "rgb.j2k", "rgba.jp2", "grey-alpha.jp2", "grey16.jp2", "rgba.sgi",
      "rgb.pcx", "palette.pcx", "rgba.bmp", "unused-byte.bmp", "rgba.qoi", "png.ico", "bmp.ico",
      "mask1.ico", "mask4.ico",
      "mask8.ico", "mask24.ico", "mask8.cur", "profile-packed.png", "profile-plain.png",
      "profile-unicode.png", "profile-and-chunk.png", "digits.pbm", "unspaced.pbm", "digits.pgm",
      "digits.ppm", "bytes.pbm", "bytes.pgm", "bytes.ppm", "wide.pgm", "depth1.pam", "depth2.pam",
      "depth3.pam", "depth4.pam", "bits.pam", "lab16.tif", "lab16-planes.tif", "icclab16.tif",
      "icclab16-planes.tif", "cmyk16.tif", "cmyk16-planes.tif", "reduced-first.tif",
      "mask-first.tif", "below-thumbnail.tif",
    ] + (1...8).map { "orientation-\($0).tif" }

  /// Lossy files, whose mean difference is far below that of a rotated, missing or miscoloured part.
  static let lossy =
    [
      "jpeg.tif", "old-jpeg.tif", "plain.avif", "limited.avif", "deep.avif", "grey.avif",
      "grid.avif", "alpha.avif", "alpha-multiplied.avif", "imir-0.avif", "imir-1.avif",
      "grid-irot.avif", "grid-imir.avif",
      "irot-imir.avif", "alpha-irot.avif", "alpha-imir.avif", "alpha-clap.avif", "plain.heic",
      "alpha.heic", "exif-6.heic", "lossy.jxl", "lab8.tif", "lab8-planes.tif", "icclab8.tif",
      "icclab8-planes.tif",
      "orientation-3.jxl", "orientation-6.jxl",
    ] + (1...3).map { "irot-\($0).avif" }

  @Test("are read as a viewer shows them: upright, in full range, over white", arguments: exact)
  func exactly(name: String) throws {
    let source = MediaSource.bytes(try StillFixture.bytes(name), name: name)
    let decoded = try decodeStillImage(source, .strict)
    #expect(decoded.warnings == [])
    #expect(decoded.image.largestDifference(from: try StillFixture.shown(name)) ?? 255 <= 1)
  }

  @Test("are read as a viewer shows them, but for what their coding loses", arguments: lossy)
  func nearly(name: String) throws {
    let source = MediaSource.bytes(try StillFixture.bytes(name), name: name)
    let decoded = try decodeStillImage(source, .strict)
    #expect(decoded.warnings == [])
    let shown = try StillFixture.shown(name)
    try #require(decoded.width == shown.width && decoded.height == shown.height)
    #expect(decoded.image.meanDifference(from: shown) < 4)
  }

  @Test(
    "in HDR are toned down: light below white stays as it was",
    arguments: [("pq-lossless.jxl", 3), ("pq.jxl", 40), ("pq.avif", 20), ("pq.png", 12)])
  func highRange(name: String, largest: Int) throws {
    let decoded = try decodeStillImage(
      .bytes(try StillFixture.bytes(name), name: name), .strict)
    #expect(decoded.warnings == [.toneMapped("PQ")])
    let shown = try StillFixture.shown(name)
    #expect(try #require(decoded.image.largestDifference(from: shown)) <= largest)
    #expect(decoded.image.meanDifference(from: shown) < 4)
  }

  @Test("in HDR with alpha say that their light is not adapted", arguments: ["avif", "jxl"])
  func highRangeWithAlpha(kind: String) throws {
    let name = "pq-alpha.\(kind)"
    let decoded = try decodeStillImage(
      .bytes(try StillFixture.bytes(name), name: name), .strict)
    #expect(decoded.warnings == [.notToneMapped("PQ")])
  }

  @Test("cut anywhere are errors or warnings with a code, and never a crash")
  func cut() throws {
    for name in Self.exact + Self.lossy where !name.hasSuffix(".png") {
      let whole = try StillFixture.bytes(name)
      for part in 1..<8 {
        let bytes = Array(whole.prefix(whole.count * part / 8))
        do throws(MediaError) {
          let decoded = try decodeStillImage(.bytes(bytes, name: name))
          #expect(!decoded.warnings.isEmpty, "\(part)/8 of \(name)")
        } catch {
          #expect(
            [.truncated, .corrupt, .notMedia, .noFrames].contains(error.code),
            "\(part)/8 of \(name): \(error)")
        }
      }
    }
  }

  @Test("with a byte changed anywhere never crash")
  func mutation() throws {
    for name in Self.exact + Self.lossy where !name.hasSuffix(".png") {
      let whole = try StillFixture.bytes(name)
      for index in stride(from: 0, to: whole.count, by: max(1, whole.count / 15)) {
        var changed = whole
        changed[index] = changed[index] &* 31 &+ 0x55
        _ = failure(changed)
      }
    }
  }
}
