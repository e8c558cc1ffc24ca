import CCairo
import Media

/// A picture being drawn, in units of an SVG's point, the origin at the upper left.
///
/// A class, because the drawing behind it is freed exactly once.
final class Canvas {
  /// The file format of a drawing.
  enum Format: Sendable, Equatable {
    case svg
    /// A PNG of `scale` pixels per unit.
    case png(scale: Double)
  }

  struct Point: Sendable, Equatable {
    var x: Double
    var y: Double
  }

  struct Rectangle: Sendable, Equatable {
    var x: Double
    var y: Double
    var width: Double
    var height: Double

    var right: Double { x + width }
    var bottom: Double { y + height }
  }

  /// The alignment of a text at its anchor.
  enum Alignment { case left, center, right }

  let drawing: OpaquePointer
  /// True if texts are drawn; comparisons omit them, since fonts differ between machines.
  let showsText: Bool

  init(
    _ format: Format, width: Double, height: Double, showsText: Bool = true
  ) throws(DrawingError) {
    try DrawingLibrary.load()
    let drawing =
      switch format {
      case .svg: ccairo_begin(CCAIRO_SVG, width, height, 1)
      case .png(let scale): ccairo_begin(CCAIRO_PNG, width, height, scale)
      }
    guard let drawing else { throw DrawingError(.failed(reason: "out of memory")) }
    self.drawing = drawing
    self.showsText = showsText
  }

  deinit { ccairo_free(drawing) }

  /// The finished picture as the bytes of its file; nothing can be drawn afterwards.
  func finish() throws(DrawingError) -> [UInt8] {
    var bytes: UnsafePointer<UInt8>?
    var count = 0
    if let reason = ccairo_end(drawing, &bytes, &count) {
      throw DrawingError(.failed(reason: String(cString: reason)))
    }
    return Array(UnsafeBufferPointer(start: bytes, count: count))
  }

  // MARK: Drawing

  func fill(_ rectangle: Rectangle, _ color: Color) {
    set(color)
    ccairo_rectangle(drawing, rectangle.x, rectangle.y, rectangle.width, rectangle.height)
    ccairo_fill(drawing)
  }

  /// Draws a line through `points`, broken where one of them is not finite.
  func stroke(
    _ points: [Point], _ color: Color, width: Double, dash: (on: Double, off: Double)? = nil
  ) {
    set(color)
    ccairo_set_line_width(drawing, width)
    ccairo_set_dash(drawing, dash?.on ?? 1, dash?.off ?? 0)
    var isBroken = true
    for point in points {
      defer { isBroken = !(point.x.isFinite && point.y.isFinite) }
      guard point.x.isFinite, point.y.isFinite else { continue }
      if isBroken {
        ccairo_move_to(drawing, point.x, point.y)
      } else {
        ccairo_line_to(drawing, point.x, point.y)
      }
    }
    ccairo_stroke(drawing)
  }

  /// Draws a circle, filled or as a ring of the given width.
  func circle(_ center: Point, radius: Double, _ color: Color, ring width: Double? = nil) {
    set(color)
    ccairo_circle(drawing, center.x, center.y, radius)
    guard let width else { return ccairo_fill(drawing) }
    ccairo_set_line_width(drawing, width)
    ccairo_set_dash(drawing, 1, 0)
    ccairo_stroke(drawing)
  }

  /// Puts a picture where its upper left corner is at `point`, a unit for each of its pixels.
  func image(_ image: Image, at point: Point) {
    ccairo_image(
      drawing, point.x, point.y, image.pixels, Int32(image.width), Int32(image.height))
  }

  /// Confines what `body` draws to a rectangle.
  func clipped(to rectangle: Rectangle, _ body: () -> Void) {
    ccairo_clip(drawing, rectangle.x, rectangle.y, rectangle.width, rectangle.height)
    body()
    ccairo_unclip(drawing)
  }

  // MARK: Text

  func text(
    _ text: String, at point: Point, size: Double, _ color: Color, _ alignment: Alignment = .left,
    isBold: Bool = false
  ) {
    guard showsText else { return }
    let width = width(of: text, size: size, isBold: isBold)
    let shift =
      switch alignment {
      case .left: 0.0
      case .center: width / 2
      case .right: width
      }
    set(color)
    ccairo_show_text(drawing, point.x - shift, point.y, text)
  }

  func width(of text: String, size: Double, isBold: Bool = false) -> Double {
    ccairo_set_font(drawing, size, isBold ? 1 : 0)
    return ccairo_text_width(drawing, text)
  }

  func set(_ color: Color) {
    ccairo_set_color(drawing, color.red, color.green, color.blue, color.alpha)
  }
}

/// A colour; components in `0...1`.
struct Color: Sendable, Equatable {
  var red: Double
  var green: Double
  var blue: Double
  var alpha = 1.0

  /// From a number such as `0x0072B2`.
  init(_ hex: Int) {
    red = Double(hex >> 16 & 255) / 255
    green = Double(hex >> 8 & 255) / 255
    blue = Double(hex & 255) / 255
  }

  func faded(to alpha: Double) -> Color {
    var color = self
    color.alpha = alpha
    return color
  }

  static let white = Color(0xFFFFFF)
  static let ink = Color(0x222222)
  static let axis = Color(0x666666)
  static let grid = Color(0xE4E4E4)

  // Told apart by people with any kind of colour vision (Okabe & Ito, 2008).
  static let blue = Color(0x0072B2)
  static let vermilion = Color(0xD55E00)
  static let green = Color(0x009E73)
  static let purple = Color(0xAA4499)
}
