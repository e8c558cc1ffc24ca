import Files
import Foundation
import Media
import TestSupport
import Testing

@testable import Reports

@Suite(
  "Attention to frames", .enabled(if: DrawingLibrary.version != nil, "Cairo is not installed"))
struct FrameAttentionSheetTests {
  static func sheet(_ peaks: [Int], count: Int = 4) -> FrameAttentionSheet {
    let frames = (0..<count).map { index in
      Image(
        width: 32, height: 24,
        pixels: (0..<32 * 24).flatMap { _ in [UInt8(40 + 40 * (index % 5)), 90, 120] })
    }
    var sheet = FrameAttentionSheet(
      frames,
      peaks.enumerated().map { number, peak in
        .init(
          "word\(number)",
          weights: (0..<count).map { $0 == peak ? 0.7 : 0.3 / Float(count - 1) })
      }, note: "what it means")
    sheet.showsText = false
    return sheet
  }

  /// With CUTLINE_WRITE_FIXTURES set the picture is written anew, to be looked at before it is kept.
  @Test("the strip is the one that was looked at, and other weights make another")
  func golden() throws {
    let path = Fixture.folder.appending(path: "reports/frame-attention.png").path
    let strip = try HeatMapSheetTests.image(Self.sheet([0, 3, 2]).png())
    if ProcessInfo.processInfo.environment["CUTLINE_WRITE_FIXTURES"] != nil {
      try AtomicFile.write(strip.pngBytes, to: path, overwriting: true)
    }
    let golden = try decodeStillImage(.file(path)).image
    #expect(HeatMapSheetTests.difference(strip, golden) < 0.01)
    for other in [[1, 3, 2], [0, 3], [3, 0, 2]] {
      let image = try HeatMapSheetTests.image(Self.sheet(other).png())
      #expect(HeatMapSheetTests.difference(image, golden) > 0.01)
    }
  }

  @Test("the darkest cell of a row is that of the frame that counts most")
  func peaks() throws {
    let image = try HeatMapSheetTests.image(Self.sheet([2]).png())
    let y = image.height - 24 - 34 - 16
    func blueness(_ frame: Int) -> Int {
      let x = 24 + 80 + 14 + frame * 162 + 80
      let start = (y * image.width + x) * 3
      return Int(image.pixels[start + 2]) - Int(image.pixels[start])
    }
    #expect((0..<4).max { blueness($0) < blueness($1) } == 2 && blueness(2) > 100)
  }

  @Test("a long note makes room for itself")
  func notes() throws {
    func width(_ note: String) throws -> Int {
      let frame = Image(width: 8, height: 8, pixels: Array(repeating: 90, count: 192))
      return try HeatMapSheetTests.image(
        FrameAttentionSheet([frame], [.init("a", weights: [1])], note: note).png()
      ).width
    }
    #expect(try width(String(repeating: "word ", count: 60)) > width("word") + 500)
  }

  @Test("the SVG holds the frames, and many frames become narrow")
  func forms() throws {
    let svg = String(decoding: try Self.sheet([0]).svg(), as: UTF8.self)
    #expect(svg.contains("<svg ") && svg.contains("data:image/png;base64,"))
    let many = try HeatMapSheetTests.image(Self.sheet([3], count: 80).png())
    #expect(many.width < 2800 && many.width > 2400)
  }
}
