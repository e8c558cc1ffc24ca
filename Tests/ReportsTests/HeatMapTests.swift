import Files
import Foundation
import Media
import TestSupport
import Testing

@testable import Reports

@Suite("Heat maps")
struct HeatMapTests {
  /// A map of four by four places that counts one of them alone.
  static func peak(_ place: Int, _ bits: Float = 3, word: String = "dog") -> HeatMap {
    HeatMap(word: word, height: 4, width: 4, bits: (0..<16).map { $0 == place ? bits : 0 })
  }

  /// Returns the column and the row of the largest value in a map with `columns` columns.
  static func largest(_ map: [Float], columns: Int) -> (column: Int, row: Int) {
    let index = map.indices.max { map[$0] < map[$1] } ?? 0
    return (index % columns, index / columns)
  }

  @Test("an enlarged map is largest in the place that counts most, wherever that is")
  func peaks() {
    for place in 0..<16 {
      let map = Self.peak(place).enlarged(toWidth: 80, height: 48)
      let (column, row) = Self.largest(map, columns: 80)
      #expect(column / 20 + row / 12 * 4 == place)
    }
  }

  @Test("it is smooth, keeps what is equal equal, and is nowhere above the largest of the places")
  func smoothness() {
    #expect(
      HeatMap(word: "a", height: 3, width: 3, bits: Array(repeating: 0.25, count: 9))
        .enlarged(toWidth: 31, height: 7).allSatisfy { abs($0 - 0.25) < 1e-6 })
    let map = Self.peak(5, 0.5).enlarged(toWidth: 100, height: 100)
    #expect(map.allSatisfy { $0 >= 0 && $0 <= 0.5 })
    let steps = map.indices.dropLast().filter { $0 % 100 < 99 }.map { abs(map[$0 + 1] - map[$0]) }
    #expect(steps.max() ?? 1 < 0.02, "an edge shows")
  }

  @Test("moving what counts by a place moves the map by as many pixels")
  func shifted() {
    func map(_ place: Int) -> [Float] { Self.peak(place, 1).enlarged(toWidth: 40, height: 40) }
    let (here, right, below) = (map(5), map(6), map(9))
    for row in 10..<30 {
      for column in 10..<20 {
        // The shares of places beyond the edge are missing, which is hardly anything there.
        #expect(abs(here[row * 40 + column] - right[row * 40 + column + 10]) < 0.02)
        #expect(abs(here[column * 40 + row] - below[(column + 10) * 40 + row]) < 0.02)
      }
    }
    #expect(here != right && here != below)
  }

  @Test("a map may be wider than high")
  func wide() {
    for place in 0..<10 {
      let map = HeatMap(
        word: "a", height: 2, width: 5, bits: (0..<10).map { $0 == place ? 1 : 0 })
      let (column, row) = Self.largest(map.enlarged(toWidth: 50, height: 40), columns: 50)
      #expect(column / 10 + row / 20 * 5 == place)
    }
  }

  @Test("what is no number counts nothing")
  func notNumbers() {
    let map = HeatMap(word: "a", height: 2, width: 2, bits: [.nan, -1, .infinity, 2])
    #expect(map.bits == [0, 0, 0, 2] && map.factor == 4)
  }

  // MARK: Over a photo

  static let photo = Image(
    width: 60, height: 40, pixels: (0..<60 * 40).flatMap { _ in [90, 140, 160] })

  /// Returns the red minus the blue value of each pixel.
  static func warmth(_ image: Image) -> [Int] {
    stride(from: 0, to: image.pixels.count, by: 3).map {
      Int(image.pixels[$0]) - Int(image.pixels[$0 + 2])
    }
  }

  @Test("the photo is warm where a word looked, grey elsewhere, darker where nothing was seen")
  func overlay() {
    let seen = PixelRectangle(x: 10, y: 0, width: 40, height: 40)
    let image = HeatOverlay(Self.photo, seen: seen).image(Self.peak(2))
    let warmth = Self.warmth(image)
    let hottest = warmth.indices.max { warmth[$0] < warmth[$1] } ?? 0
    #expect((30..<40).contains(hottest % 60) && hottest / 60 < 10 && warmth[hottest] > 30)
    for index in warmth.indices {
      let pixel = image.pixels[index * 3..<index * 3 + 3]
      if !(10..<50).contains(index % 60) {
        #expect(Set(pixel).count == 1 && (pixel.first ?? 0) < 40, "outside of what was seen")
      } else {
        #expect((pixel.max() ?? 0) > 40)
      }
    }
  }

  @Test("a word is as bright as any from two times on, less below, and not at all at one")
  func scale() {
    let whole = PixelRectangle(x: 0, y: 0, width: 60, height: 40)
    func brightest(_ bits: Float) -> Int {
      Self.warmth(HeatOverlay(Self.photo, seen: whole).image(Self.peak(5, bits))).max() ?? 0
    }
    #expect(abs(brightest(3) - brightest(9)) < 3)
    #expect(brightest(0.5) > 0 && brightest(3) > 2 * brightest(0.5))
    #expect(brightest(0) == 0)
  }
}

@Suite("Heat map pages", .enabled(if: DrawingLibrary.version != nil, "Cairo is not installed"))
struct HeatMapSheetTests {
  /// Blocks of colour, so that every tile shows where it lies.
  static let photo = Image(
    width: 96, height: 64,
    pixels: (0..<96 * 64).flatMap { index -> [UInt8] in
      let (column, row) = (index % 96 / 12, index / 96 / 16)
      return [UInt8(60 + 24 * column), UInt8(200 - 40 * row), UInt8((column + row) % 2 * 120 + 60)]
    })

  static func sheet(_ places: [Int], note: String = "what it means") -> HeatMapSheet {
    var sheet = HeatMapSheet(
      photo, seen: PixelRectangle(x: 16, y: 0, width: 64, height: 64),
      places.enumerated().map {
        HeatMapTests.peak($1, 4 / Float($0 + 1), word: "word\($0)")
      },
      note: note)
    sheet.showsText = false
    return sheet
  }

  static func image(_ png: [UInt8]) throws -> Image {
    try decodeStillImage(.bytes(png, name: "strip")).image
  }

  /// A quarter of the strip's size, which is enough to tell.
  static func small(_ png: [UInt8]) throws -> Image {
    let image = try image(png)
    return image.resized(toWidth: image.width / 4, height: image.height / 4)
  }

  /// The share of pixels that differ by more than rounding does.
  static func difference(_ a: Image, _ b: Image) -> Double {
    guard (a.width, a.height) == (b.width, b.height) else { return 1 }
    let different = stride(from: 0, to: a.pixels.count, by: 3).count { start in
      (start..<start + 3).contains { abs(Int(a.pixels[$0]) - Int(b.pixels[$0])) > 6 }
    }
    return Double(different) * 3 / Double(a.pixels.count)
  }

  /// With CUTLINE_WRITE_FIXTURES set the picture is written anew, to be looked at before it is kept.
  @Test("the strip is the one that was looked at, and another map makes another")
  func golden() throws {
    let path = Fixture.folder.appending(path: "reports/heat-maps.png").path
    let strip = try Self.small(Self.sheet([0, 5, 14, 7]).strip())
    if ProcessInfo.processInfo.environment["CUTLINE_WRITE_FIXTURES"] != nil {
      try AtomicFile.write(strip.pngBytes, to: path, overwriting: true)
    }
    let golden = try decodeStillImage(.file(path)).image
    #expect(Self.difference(strip, golden) < 0.01)
    let others = [[0, 5, 14, 6], [5, 0, 14, 7], [0, 5, 14]].map { Self.sheet($0) }
    for other in others {
      #expect(Self.difference(try Self.small(other.strip()), golden) > 0.01)
    }
  }

  @Test("a word has a picture of its own, under its map, as large as the photo, in a margin")
  func wordPicture() throws {
    let picture = try Self.image(Self.sheet([0, 15]).picture(ofWord: 1))
    #expect(picture.width > 96 && picture.height > 64 && picture.width < 250)
    let warmth = HeatMapTests.warmth(picture)
    let hottest = warmth.indices.max { warmth[$0] < warmth[$1] } ?? 0
    #expect(hottest % picture.width > picture.width / 2)
    #expect(picture.pixels.prefix(3) == [255, 255, 255])
  }

  @Test("a caption without words is a strip of the photo alone")
  func noWords() throws {
    let strip = try Self.image(Self.sheet([]).strip())
    #expect(strip.width > 320 && strip.width < 450)
  }

  @Test("a long note takes as many lines as it needs below the tiles")
  func notes() throws {
    func sheet(_ note: String) throws -> Image {
      let whole = PixelRectangle(x: 0, y: 0, width: 96, height: 64)
      return try Self.image(
        HeatMapSheet(Self.photo, seen: whole, [HeatMapTests.peak(3)], note: note).strip())
    }
    let note = Array(repeating: "what brightness means", count: 9).joined(separator: " ")
    let (none, one, long) = (try sheet(""), try sheet("short"), try sheet(note))
    #expect(none.width == one.width && one.width == long.width)
    #expect(none.height < one.height && long.height >= one.height + 2 * (one.height - none.height))
    // Nothing is cut off at the right.
    for y in 0..<long.height {
      let end = (y + 1) * long.width * 3
      #expect(long.pixels[end - 60..<end].allSatisfy { $0 == 255 })
    }
  }

  @Test("words are written, however long they are, and make room for themselves")
  func longWords() throws {
    func sheet(_ word: String) throws -> Image {
      let map = HeatMapTests.peak(3, word: word)
      let seen = PixelRectangle(x: 0, y: 0, width: 96, height: 64)
      return try Self.image(HeatMapSheet(Self.photo, seen: seen, [map], note: "").strip())
    }
    let (short, long) = (try sheet("a"), try sheet(String(repeating: "w", count: 60)))
    #expect(long.width > short.width + 400)
    let other = try sheet("b")
    #expect(short != other && (short.width, short.height) == (other.width, other.height))
  }

  @Test(
    "a page has about a screen's shape, no row is empty, and tiles neither touch nor leave it",
    arguments: 1...60)
  func pages(count: Int) {
    let tile = PixelSize(width: 320, height: 240)
    let page = HeatMapPage(tile: tile, count: count, textSize: 22, widestText: 100)
    #expect(page.columnCount * page.rowCount >= count)
    #expect(page.columnCount * (page.rowCount - 1) < count)
    let corners = (0..<count).map(page.corner)
    for (index, corner) in corners.enumerated() {
      #expect(corner.x >= 22 && corner.x + 320 <= page.width - 22)
      #expect(corner.y >= 22 * 2 && corner.y + 240 <= page.height - 22)
      for other in corners.dropFirst(index + 1) {
        #expect(abs(other.x - corner.x) >= 330 || abs(other.y - corner.y) >= 270)
      }
    }
    if count > 6 { #expect((1...3.2).contains(page.width / page.height)) }
  }
}

@Suite("Heat map files")
struct HeatMapFolderTests {
  @Test("pictures of one name have folders of their own")
  func clashes() {
    var names = HeatMapNames()
    let found = ["a/dog.jpg", "b/dog.png", "dog", "dog-2.jpg", "/x/cat.tar.gz"]
      .map { names.folderName(ofPicture: $0) }
    #expect(found == ["dog", "dog-2", "dog-3", "dog-2-2", "cat.tar"])
    #expect(Set(found).count == found.count)
  }

  @Test(
    "no name leads out of the folder, hides, or is too long for a disk",
    arguments: [
      "..", ".", "...jpg", "....png", ".jpg", "", "/", "a/..", "a\nb\u{1B}[2J.jpg", "-", "a\0b",
      String(repeating: "\u{e9}", count: 127) + ".jpg", String(repeating: "x", count: 255),
    ])
  func odd(path: String) {
    var names = HeatMapNames()
    for _ in 0..<3 {
      let name = names.folderName(ofPicture: path)
      #expect(!name.isEmpty && !name.hasPrefix(".") && !name.contains("/"))
      #expect(name.utf8.count <= 190)
      #expect(name.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 })
    }
  }

  @Test("files of words are numbered as they come, and hold nothing but letters and digits")
  func words() {
    let words = ["a", "dog", "'s", "../x", ".", "n't", "\u{e9}t\u{e9}", "2nd"]
    #expect(
      HeatMapNames.fileNames(of: words) == [
        "01-a.png", "02-dog.png", "03-s.png", "04-x.png", "05.png", "06-nt.png",
        "07-\u{e9}t\u{e9}.png", "08-2nd.png",
      ])
    let many = HeatMapNames.fileNames(of: Array(repeating: "a", count: 100))
    #expect(many.first == "001-a.png" && many.last == "100-a.png" && many == many.sorted())
    let long = HeatMapNames.fileNames(of: [String(repeating: "w", count: 1000)])[0]
    #expect(long.utf8.count < 200)
  }

  @Test(
    "heat maps are replaced whole when that was asked for, and nothing else ever is",
    .enabled(if: DrawingLibrary.version != nil, "Cairo is not installed"))
  func replacing() throws {
    let folder = try TemporaryFolder()
    let place = "\(folder.path)/dog"
    func write(_ places: [Int], replacing: Bool) throws {
      try HeatMapFolder(place, replacing: replacing)
        .write(HeatMapSheetTests.sheet(places), reportingWorkingPath: { _ in })
    }
    try write([1, 2, 3], replacing: false)
    let first = ["01-word0.png", "02-word1.png", "03-word2.png", "strip.png"]
    #expect(try namesInFolder(place) == first)
    #expect(throws: FileError(place, .exists)) { try write([1], replacing: false) }
    #expect(throws: FileError(place, .exists)) {
      try HeatMapFolder(place, replacing: false).check()
    }
    #expect(try namesInFolder(place) == first)
    try write([1], replacing: true)
    #expect(try namesInFolder(place) == ["01-word0.png", "strip.png"])
    #expect(try namesInFolder(folder.path) == ["dog"])

    try folder.makeFolder("mine")
    try folder.write("precious", to: "mine/notes.txt")
    let mine = HeatMapFolder("\(folder.path)/mine", replacing: true)
    #expect(throws: FileError(mine.path, .exists)) { try mine.check() }
    #expect(try namesInFolder(mine.path) == ["notes.txt"])
  }
}
