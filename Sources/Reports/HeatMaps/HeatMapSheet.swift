import Media

/// A photo and a heat map for each word of its caption, as pictures.
package struct HeatMapSheet: Sendable {
  /// The photo under the map of a word, and the texts above it.
  private struct Tile: Sendable {
    var word = ""
    /// The text of the factor at the brightest place.
    var factor = ""
    let image: Image
  }

  private let photo: Image
  private let tiles: [Tile]
  /// The explanation of brightness and factors.
  private let note: String
  /// True if words are drawn; fonts differ between machines.
  var showsText = true

  private static let wordSize = 30.0
  private static let stripWordSize = 22.0
  /// The size of factors, as a share of the words'.
  private static let factorShare = 0.8
  /// The longer side of the strip's tiles, in pixels.
  private static let stripTileSize = 320

  /// - Parameters:
  ///   - photo: Upright, as large as a single word is to be shown.
  ///   - seen: The part of it that the maps cover.
  ///   - maps: The map of each word, in the order of the caption.
  ///   - note: The explanation of brightness and factors, drawn below the strip.
  package init(_ photo: Image, seen: PixelRectangle, _ maps: [HeatMap], note: String) {
    let overlay = HeatOverlay(photo, seen: seen)
    (self.photo, self.note) = (photo, note)
    tiles = maps.map {
      Tile(word: $0.word, factor: Self.text(of: $0.factor), image: overlay.image($0))
    }
  }

  /// The words, in their order.
  package var words: [String] { tiles.map(\.word) }

  /// One word above the photo under its map, as a PNG.
  package func picture(ofWord index: Int) throws(DrawingError) -> [UInt8] {
    try draw([tiles[index]], textSize: Self.wordSize, note: "")
  }

  /// The photo and all words with their maps, as a PNG.
  package func strip() throws(DrawingError) -> [UInt8] {
    let size = PixelSize(width: photo.width, height: photo.height).fitted(to: Self.stripTileSize)
    let small = ([Tile(image: photo)] + tiles).map { tile in
      Tile(
        word: tile.word, factor: tile.factor,
        image: tile.image.resized(toWidth: size.width, height: size.height))
    }
    return try draw(small, textSize: Self.stripWordSize, note: note)
  }

  private func draw(
    _ tiles: [Tile], textSize: Double, note: String
  ) throws(DrawingError) -> [UInt8] {
    let page = try page(tiles, textSize: textSize, note: note)
    let canvas = try Canvas(
      .png(scale: 1), width: page.width, height: page.height, showsText: showsText)
    canvas.fill(.init(x: 0, y: 0, width: page.width, height: page.height), .white)
    for (index, tile) in tiles.enumerated() {
      let corner = page.corner(of: index)
      canvas.image(tile.image, at: corner)
      var place = Canvas.Point(x: corner.x, y: corner.y - textSize * 0.45)
      canvas.text(tile.word, at: place, size: textSize, .ink, isBold: true)
      place.x += canvas.width(of: tile.word + " ", size: textSize, isBold: true)
      canvas.text(tile.factor, at: place, size: textSize * Self.factorShare, .axis)
    }
    for (index, line) in page.note.enumerated() {
      canvas.text(line, at: page.baseline(ofNoteLine: index), size: page.noteSize, .axis)
    }
    return try canvas.finish()
  }

  /// A page with room for all texts, once they are measured.
  private func page(
    _ tiles: [Tile], textSize: Double, note: String
  ) throws(DrawingError) -> HeatMapPage {
    let ruler = showsText ? try Canvas(.png(scale: 1), width: 1, height: 1) : nil
    let widths = tiles.map { tile in
      guard let ruler else { return 0.0 }
      return ruler.width(of: tile.word + " ", size: textSize, isBold: true)
        + ruler.width(of: tile.factor, size: textSize * Self.factorShare)
    }
    let image = tiles[0].image
    var page = HeatMapPage(
      tile: PixelSize(width: image.width, height: image.height), count: tiles.count,
      textSize: textSize, widestText: widths.max() ?? 0)
    for word in note.split(separator: " ") {
      let longer = page.note.last.map { "\($0) \(word)" } ?? String(word)
      if !page.note.isEmpty, ruler?.width(of: longer, size: page.noteSize) ?? 0 <= page.textWidth {
        page.note[page.note.count - 1] = longer
      } else {
        page.note.append(String(word))
      }
    }
    return page
  }

  /// A factor such as `1.6×` or `12×`.
  private static func text(of factor: Double) -> String {
    switch factor {
    case ..<9.95: "\(factor.text(places: 1))\u{d7}"
    case ..<999.5: "\(factor.text(places: 0))\u{d7}"
    default: "> 1000\u{d7}"
    }
  }
}
