import Media

/// Pictures with their captions below, in rows: one file to look at many of them.
package struct ContactSheet: Sendable {
  /// A finished sheet.
  package struct Drawing: Sendable {
    package let png: [UInt8]
    /// The names of pictures whose caption is too long for its lines, and ends in an ellipsis.
    package fileprivate(set) var cut: [String] = []
    /// The names of pictures with characters in their texts that no installed font has.
    package fileprivate(set) var undrawable: [String] = []
  }

  let title: String
  let tiles: [SheetTile]
  let choices: SheetChoices
  /// True if texts are drawn; fonts differ between machines.
  var showsText = true

  /// - Parameters:
  ///   - title: The line above all pictures.
  ///   - tiles: The pictures and segments, in their order.
  ///   - choices: The number of columns and the sizes.
  package init(title: String, _ tiles: [SheetTile], _ choices: SheetChoices = SheetChoices()) {
    (self.title, self.tiles, self.choices) = (title, tiles, choices)
  }

  /// Draws the sheet.
  ///
  /// - Returns: The sheet as a PNG.
  /// - Throws: `DrawingError` if Cairo or Pango is missing, or the sheet is too large.
  package func draw() throws(DrawingError) -> Drawing {
    if showsText { try DrawingLibrary.loadText() }
    let ruler = try Canvas(.png(scale: 1), width: 1, height: 1, showsText: showsText)
    let layout = SheetLayout(tiles, choices) {
      texts(of: $0).map { ruler.extents(of: $0.paragraph) }
    }
    let width = choices.width(ofColumns: choices.columnCount) + 2 * SheetChoices.margin
    let height = layout.height + Self.headHeight + SheetChoices.margin
    guard max(width, height) <= Double(DrawingError.longestSide) else {
      throw DrawingError(.tooLarge(width: Int(width), height: Int(height)))
    }
    let canvas = try Canvas(
      .png(scale: 1), width: width, height: height, showsText: showsText)
    canvas.fill(.init(x: 0, y: 0, width: width, height: height), .white)
    canvas.draw(
      Paragraph(text: title, width: width - 2 * SheetChoices.margin, size: 17, isBold: true),
      at: .init(x: SheetChoices.margin, y: SheetChoices.margin), .ink)
    var (cut, undrawable): ([String], [String]) = ([], [])
    for (tile, place) in zip(tiles, layout.places) {
      let texts = draw(tile, at: place, on: canvas)
      if texts.contains(where: { $0.isCaption && $0.extents.isCut }) { cut.append(tile.name) }
      if texts.contains(where: { $0.extents.missingGlyphCount > 0 }) {
        undrawable.append(tile.name)
      }
    }
    return Drawing(png: try canvas.finish(), cut: cut, undrawable: undrawable)
  }

  private static let headHeight = 60.0

  // MARK: Tiles

  private struct Text {
    let paragraph: Paragraph
    let color: Color
    var isCaption = false
  }

  /// The texts below a tile, from top to bottom.
  private func texts(of tile: SheetTile) -> [Text] {
    let width = choices.width(ofColumns: tile.isStrip ? choices.stripColumnCount : 1)
    var texts: [Text] = []
    func add(_ text: String, _ color: Color, lines: Int = 1, size: Double = 13, _ isCaption: Bool) {
      guard !text.isEmpty else { return }
      let paragraph = Paragraph(text: text, width: width, lineCount: lines, size: size)
      texts.append(Text(paragraph: paragraph, color: color, isCaption: isCaption))
    }
    add(tile.remark, .axis, false)
    add(tile.caption, .ink, lines: choices.lineCount, size: 16, true)
    add(tile.doubt, .vermilion, lines: choices.lineCount, false)
    add(tile.name, .axis, size: 12, false)
    return texts
  }

  private func draw(
    _ tile: SheetTile, at place: SheetLayout.Place, on canvas: Canvas
  ) -> [(extents: Paragraph.Extents, isCaption: Bool)] {
    let frame = Canvas.Rectangle(
      x: place.x, y: place.y + Self.headHeight, width: place.width, height: place.pictureHeight)
    drawPictures(tile, in: frame, on: canvas)
    var y = frame.bottom + SheetLayout.textGap
    return texts(of: tile).map { text in
      let extents = canvas.draw(text.paragraph, at: .init(x: frame.x, y: y), text.color)
      y += extents.height + SheetLayout.lineGap
      return (extents, text.isCaption)
    }
  }

  private func drawPictures(
    _ tile: SheetTile, in frame: Canvas.Rectangle, on canvas: Canvas
  ) {
    guard let first = tile.images.first else {
      canvas.fill(frame, .grid)
      let paragraph = Paragraph(
        text: tile.placeholder, width: frame.width - 24, lineCount: 4, size: 13)
      canvas.draw(paragraph, at: .init(x: frame.x + 12, y: frame.y + 12), .axis)
      return
    }
    guard tile.isStrip else {
      let x = frame.x + ((frame.width - Double(first.width)) / 2).rounded()
      return canvas.image(first, at: .init(x: x, y: frame.bottom - Double(first.height)))
    }
    var x = frame.x
    for image in tile.images {
      canvas.image(image, at: .init(x: x, y: frame.bottom - Double(image.height)))
      x += Double(image.width) + SheetChoices.frameGap
    }
  }
}

/// The places of tiles on a sheet, row by row.
struct SheetLayout {
  /// The place of a tile; its texts are below its pictures.
  struct Place: Equatable {
    var x: Double
    var y: Double
    var width: Double
    var pictureHeight: Double
  }

  /// From pictures to the first line below.
  static let textGap = 6.0
  static let lineGap = 2.0
  private static let rowGap = 20.0

  private(set) var places: [Place] = []
  /// The lower edge of the last row.
  private(set) var height = 0.0

  /// - Parameters:
  ///   - tiles: The tiles in their order.
  ///   - choices: The number of columns and the sizes.
  ///   - extents: Returns the extents of the texts below a tile.
  init(
    _ tiles: [SheetTile], _ choices: SheetChoices,
    extents: (SheetTile) -> [Paragraph.Extents]
  ) {
    var row: [(tile: SheetTile, column: Int)] = []
    var column = 0
    func end(_ layout: inout SheetLayout) {
      guard !row.isEmpty else { return }
      let pictureHeight = row.map { Self.pictureHeight(of: $0.tile, choices) }.max() ?? 0
      let textHeight =
        row.map { row in
          extents(row.tile).reduce(0) { $0 + $1.height + Self.lineGap }
        }.max() ?? 0
      for (tile, column) in row {
        let span = tile.isStrip ? choices.stripColumnCount : 1
        layout.places.append(
          Place(
            x: SheetChoices.margin
              + Double(column) * (Double(choices.pictureSize) + SheetChoices.gap),
            y: layout.height, width: choices.width(ofColumns: span), pictureHeight: pictureHeight))
      }
      layout.height += (pictureHeight + Self.textGap + textHeight + Self.rowGap).rounded(.up)
      (row, column) = ([], 0)
    }
    for tile in tiles {
      let span = tile.isStrip ? choices.stripColumnCount : 1
      if column + span > choices.columnCount { end(&self) }
      row.append((tile, column))
      column += span
    }
    end(&self)
  }

  private static func pictureHeight(of tile: SheetTile, _ choices: SheetChoices) -> Double {
    tile.images.map { Double($0.height) }.max() ?? Double(choices.pictureSize / 2)
  }
}
