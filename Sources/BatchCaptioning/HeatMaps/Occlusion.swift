import Media

/// A grey square slid over a picture, to measure which parts matter (Zeiler & Fergus, 2014).
///
/// Its center visits each place of a grid; at the edges a part of it lies outside.
struct Occlusion: Sendable {
  /// The number of places along a side.
  static let side = 10
  /// The square's side as a share of the picture's: it should hide a head, and not a whole scene.
  static let share = 0.25

  /// The picture, as an encoder reads it.
  let image: Image
  /// Red, green and blue of the square in `0...255`.
  let color: [UInt8]

  static var count: Int { side * side }

  /// The picture with the place `index` covered, counted row by row.
  func covered(_ index: Int) -> Image {
    let (row, column) = index.quotientAndRemainder(dividingBy: Self.side)
    let (rows, columns) = (Self.part(row, of: image.height), Self.part(column, of: image.width))
    let line = columns.flatMap { _ in color }
    var pixels = image.pixels
    for y in rows {
      let start = (y * image.width + columns.lowerBound) * 3
      pixels.replaceSubrange(start..<start + line.count, with: line)
    }
    return Image(width: image.width, height: image.height, pixels: pixels)
  }

  /// Returns the pixels along a side that are covered.
  private static func part(_ place: Int, of length: Int) -> Range<Int> {
    let middle = (Double(place) + 0.5) / Double(side)
    func pixel(_ share: Double) -> Int {
      max(0, min(length, Int((share * Double(length)).rounded())))
    }
    return pixel(middle - share / 2)..<pixel(middle + share / 2)
  }
}
