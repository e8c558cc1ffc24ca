import CCairo

/// A text of a few lines, in any script.
struct Paragraph: Sendable {
  let text: String
  /// The width of a line, in units of the drawing.
  var width: Double
  /// The maximum number of lines; a longer text ends in an ellipsis.
  var lineCount = 1
  var size: Double
  var isBold = false

  /// The size of a paragraph on a drawing, and what became of its text.
  struct Extents: Sendable, Equatable {
    var height: Double
    /// True if the text is too long, and ends in an ellipsis.
    var isCut = false
    /// The number of characters that no installed font has.
    var missingGlyphCount = 0
  }

  /// The text on one line, without characters that are not drawn and would end it early.
  fileprivate var drawnText: String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n", "\r", "\t", "\u{85}", "\u{2028}", "\u{2029}": result += " "
      case "\0"..<" ", "\u{7F}"..."\u{9F}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension Canvas {
  /// Returns the room that a paragraph takes.
  ///
  /// Where texts are not drawn, it is that of a text of one line, whatever the fonts of the machine are.
  func extents(of paragraph: Paragraph) -> Paragraph.Extents { layOut(paragraph, at: nil) }

  /// Draws a paragraph below and right of `point`, from the right if its script is written so.
  @discardableResult
  func draw(_ paragraph: Paragraph, at point: Point, _ color: Color) -> Paragraph.Extents {
    set(color)
    return layOut(paragraph, at: point)
  }

  private func layOut(_ paragraph: Paragraph, at point: Point?) -> Paragraph.Extents {
    guard showsText else { return .init(height: paragraph.size * 1.4) }
    func found(_ place: UnsafePointer<CCairoPoint>?) -> CCairoParagraph {
      ccairo_paragraph(
        drawing, paragraph.drawnText, paragraph.width, Int32(paragraph.lineCount), paragraph.size,
        paragraph.isBold ? 1 : 0, place)
    }
    let extents: CCairoParagraph
    if let point {
      var place = CCairoPoint(x: point.x, y: point.y)
      extents = found(&place)
    } else {
      extents = found(nil)
    }
    return .init(
      height: extents.height, isCut: extents.is_cut != 0,
      missingGlyphCount: Int(extents.missing_glyph_count))
  }
}
