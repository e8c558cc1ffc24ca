import Media

#if canImport(Glibc)
import Glibc
#endif

/// The layout of a page of tiles, row by row, each with its word above.
///
/// All lengths are in pixels.
struct HeatMapPage {
  let textSize: Double
  let noteSize = 18.0
  /// The lines of the note below all tiles.
  var note: [String] = []
  let columnCount: Int
  let rowCount: Int
  /// From one tile to the next.
  private let step: (x: Double, y: Double)
  private let gap: Double
  private let margin: Double

  /// - Parameters:
  ///   - tile: The size of every tile.
  ///   - count: The number of tiles.
  ///   - textSize: The text size of the words.
  ///   - widestText: The width of the widest word.
  init(tile: PixelSize, count: Int, textSize: Double, widestText: Double) {
    self.textSize = textSize
    (gap, margin) = (textSize, (1.4 * textSize).rounded())
    let width = max(Double(tile.width), widestText.rounded(.up)) + gap
    let height = Double(tile.height) + (1.6 * textSize).rounded() + gap
    step = (width, height)
    (columnCount, rowCount) = Self.grid(of: count, stepX: width, stepY: height)
  }

  var width: Double { 2 * margin + textWidth }
  var height: Double { bottom + Double(note.count) * noteStep + margin }
  /// The maximum width of a line of the note.
  var textWidth: Double { Double(columnCount) * step.x - gap }

  /// The upper left corner of a tile.
  func corner(of index: Int) -> Canvas.Point {
    let (row, column) = index.quotientAndRemainder(dividingBy: columnCount)
    return Canvas.Point(
      x: margin + Double(column) * step.x,
      y: margin + Double(row) * step.y + (1.6 * textSize).rounded())
  }

  /// Returns the start of a line of the note.
  func baseline(ofNoteLine index: Int) -> Canvas.Point {
    Canvas.Point(x: margin, y: bottom + Double(index + 1) * noteStep)
  }

  /// The lower edge of the last tiles.
  private var bottom: Double { margin + Double(rowCount) * step.y - gap }
  private var noteStep: Double { 1.5 * noteSize }

  /// Returns the numbers of columns and rows that come nearest to a screen's shape, with the last
  /// row nearly full.
  private static func grid(
    of count: Int, stepX: Double, stepY: Double
  ) -> (columns: Int, rows: Int) {
    func columns(_ rows: Int) -> Int { (count + rows - 1) / rows }
    func distance(_ rows: Int) -> Double {
      abs(log(Double(columns(rows)) * stepX / (Double(rows) * stepY) * 9 / 16))
    }
    let rows = (1...count).min { distance($0) < distance($1) } ?? 1
    return (columns(rows), (count + columns(rows) - 1) / columns(rows))
  }
}
