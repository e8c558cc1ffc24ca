import Files
import Foundation
import Media
import TestSupport
import Testing

@testable import Reports

@Suite(
  "Contact sheets",
  .enabled(if: DrawingLibrary.version != nil, "Cairo is not installed"),
  .enabled(if: DrawingLibrary.textVersion != nil, "Pango is not installed"))
struct ContactSheetTests {
  /// A picture of one colour, with a dark upper left corner.
  static func picture(_ width: Int, _ height: Int, _ color: [UInt8]) -> Image {
    Image(
      width: width, height: height,
      pixels: (0..<width * height).flatMap { index in
        index % width < width / 4 && index / width < height / 4 ? [20, 20, 20] : color
      })
  }

  /// Two rows of pictures, one of which cannot be shown, and a filmstrip.
  static func tiles(_ caption: String = "a dog runs") -> [SheetTile] {
    var tiles = [
      SheetTile(images: [picture(120, 80, [200, 60, 40])], caption: caption, name: "a.jpg"),
      SheetTile(images: [picture(60, 120, [40, 160, 60])], caption: caption, name: "b.jpg"),
      SheetTile(images: [], caption: caption, name: "c.jpg"),
    ]
    tiles[1].doubt = "unsure (12 %)"
    tiles[2].placeholder = "cannot be read"
    var strip = SheetTile(
      images: [[60, 60, 200], [90, 90, 200], [120, 120, 200]].map { picture(90, 60, $0) },
      caption: caption, name: "clip.mp4")
    strip.isStrip = true
    strip.remark = "0:00\u{2013}0:04"
    return tiles + [strip]
  }

  static var choices: SheetChoices {
    var choices = SheetChoices()
    (choices.columnCount, choices.pictureSize, choices.lineCount) = (3, 120, 2)
    return choices
  }

  static func sheet(_ tiles: [SheetTile], showsText: Bool = true) -> ContactSheet {
    var sheet = ContactSheet(title: "captions.jsonl", tiles, choices)
    sheet.showsText = showsText
    return sheet
  }

  static func image(_ tiles: [SheetTile], showsText: Bool = true) throws -> Image {
    try HeatMapSheetTests.image(sheet(tiles, showsText: showsText).draw().png)
  }

  /// With CUTLINE_WRITE_FIXTURES set the picture is written anew, to be looked at before it is kept.
  @Test("the sheet is the one that was looked at, whatever the fonts, and others are not")
  func golden() throws {
    let path = Fixture.folder.appending(path: "reports/contact-sheet.png").path
    let sheet = try Self.sheet(Self.tiles(), showsText: false).draw().png
    if ProcessInfo.processInfo.environment["CUTLINE_WRITE_FIXTURES"] != nil {
      try AtomicFile.write(sheet, to: path, overwriting: true)
    }
    let golden = try decodeStillImage(.file(path)).image
    #expect(HeatMapSheetTests.difference(try HeatMapSheetTests.image(sheet), golden) < 0.01)
    for other in [
      Array(Self.tiles().reversed()), Array(Self.tiles().dropLast()), [Self.tiles()[0]],
    ] {
      let image = try Self.image(other, showsText: false)
      #expect(HeatMapSheetTests.difference(image, golden) > 0.01)
    }
  }

  @Test("texts are written, each beside its own picture, in colours that tell faults from captions")
  func texts() throws {
    let plain = try Self.image(Self.tiles())
    var other = Self.tiles()
    other[0].caption = "a cat sleeps"
    let changed = try Self.image(other)
    try #require((plain.width, plain.height) == (changed.width, changed.height))
    let different = plain.pixels.indices.filter { plain.pixels[$0] != changed.pixels[$0] }
    // The first column only.
    #expect(!different.isEmpty)
    #expect(different.allSatisfy { $0 / 3 % plain.width < 24 + 120 })
    let vermilion = stride(from: 0, to: plain.pixels.count, by: 3).count {
      plain.pixels[$0] > 190 && (70...130).contains(plain.pixels[$0 + 1])
        && plain.pixels[$0 + 2] < 40
    }
    #expect(vermilion > 10)
  }

  @Test("a long caption is wrapped, and one that is too long ends in an ellipsis and is counted")
  func wrapping() throws {
    let words = Array(repeating: "word", count: 40).joined(separator: " ")
    let (short, two) = (Self.sheet(Self.tiles()), Self.sheet(Self.tiles("a dog runs on the grass")))
    #expect(try short.draw().cut == [] && two.draw().cut == [])
    #expect(
      try Self.image(Self.tiles()).height < Self.image(Self.tiles("a dog runs on the grass")).height
    )
    #expect(
      try Self.sheet(Self.tiles(words)).draw().cut == ["a.jpg", "b.jpg", "c.jpg", "clip.mp4"])
    // A word longer than a line is broken rather than drawn over its neighbour.
    let long = try Self.sheet([Self.tiles(String(repeating: "w", count: 60))[0]]).draw()
    #expect(long.cut == ["a.jpg"])
  }

  @Test(
    "characters that no font has are told; Latin letters and Arabic are drawn where there is a font"
  )
  func scripts() throws {
    func undrawable(_ caption: String) throws -> [String] {
      try Self.sheet([Self.tiles(caption)[0]]).draw().undrawable
    }
    #expect(try undrawable("caf\u{E9} \u{2026}") == [])
    // A code point without a character.
    #expect(try undrawable("\u{10FFF0}") == ["a.jpg"])
  }

  @Test("control characters and line breaks end no caption early")
  func control() throws {
    let a = try Self.image([Self.tiles("a\0b\nc")[0]])
    let b = try Self.image([Self.tiles("a")[0]])
    #expect((a.width, a.height) == (b.width, b.height) && a != b)
  }

  @Test(
    "tiles keep their order, and neither touch nor leave the sheet",
    arguments: [1, 2, 3, 7], [[], [0], [1, 4], [0, 1, 2, 3, 4, 5, 6, 7]])
  func layout(columns: Int, strips: [Int]) {
    var choices = Self.choices
    choices.columnCount = columns
    let tiles = (0..<8).map { index in
      var tile = Self.tiles()[0]
      tile.isStrip = strips.contains(index)
      return tile
    }
    let layout = SheetLayout(tiles, choices) { _ in [.init(height: 20)] }
    #expect(layout.places.count == 8)
    for (index, place) in layout.places.enumerated() {
      #expect(place.x >= 24 && place.x + place.width <= choices.width(ofColumns: columns) + 24.5)
      for other in layout.places.dropFirst(index + 1) {
        #expect((place.y, place.x) < (other.y, other.x))
        #expect(other.y >= place.y + place.pictureHeight || other.x >= place.x + place.width)
      }
    }
  }

  @Test("a sheet that is too large for Cairo is refused with its size")
  func tooLarge() {
    let tall = Self.picture(1, 3300, [0, 0, 0])
    let tiles = (0..<30).map { _ in SheetTile(images: [tall], caption: "", name: "") }
    #expect(throws: DrawingError.self) { try Self.sheet(tiles).draw() }
  }
}
