import Media

/// The frames of a clip side by side, and below them for each word the attention to every frame (Yao et al., 2015).
package struct FrameAttentionSheet: Sendable {
  /// A word and the attention when it was chosen.
  package struct Word: Sendable, Equatable {
    package let text: String
    /// The weight of each frame, in `0...1`; they add up to 1.
    package let weights: [Float]

    package init(_ text: String, weights: [Float]) { (self.text, self.weights) = (text, weights) }
  }

  private let frames: [Image]
  private let words: [Word]
  /// The explanation of shades and numbers.
  private let note: String
  /// True if texts are drawn; fonts differ between machines.
  var showsText = true

  /// - Parameters:
  ///   - frames: The frames that the model saw, in their order; at least one.
  ///   - words: The words of the caption, with a weight for each frame.
  ///   - note: The explanation of shades and numbers, drawn below.
  package init(_ frames: [Image], _ words: [Word], note: String) {
    precondition(
      !frames.isEmpty && words.allSatisfy { $0.weights.count == frames.count },
      "\(frames.count) frames for weights of \(words.map(\.weights.count))")
    (self.frames, self.words, self.note) = (frames, words, note)
  }

  private static let margin = 24.0
  private static let gap = 2.0
  private static let rowHeight = 30.0
  private static let wordSize = 18.0
  private static let numberSize = 12.0
  private static let noteSize = 14.0
  /// The width that frames share, and the least and most of one.
  private static let room = 2400.0
  private static let frameWidths = 24.0...160.0

  /// The strip as a PNG.
  package func png() throws(DrawingError) -> [UInt8] { try draw(.png(scale: 1)) }

  /// The strip as an SVG.
  package func svg() throws(DrawingError) -> [UInt8] { try draw(.svg) }

  private var frameWidth: Double {
    min(
      max(Self.room / Double(frames.count), Self.frameWidths.lowerBound),
      Self.frameWidths.upperBound
    )
    .rounded(.down)
  }

  private func draw(_ format: Canvas.Format) throws(DrawingError) -> [UInt8] {
    let ruler = try Canvas(.png(scale: 1), width: 1, height: 1, showsText: showsText)
    let wordWidth =
      showsText
      ? words.map { ruler.width(of: $0.text, size: Self.wordSize, isBold: true) }.max() ?? 0 : 80
    let left = Self.margin + wordWidth.rounded(.up) + 14
    let frameWidth = frameWidth
    let frameHeight = (frameWidth * Double(frames[0].height) / Double(frames[0].width)).rounded()
    let noteWidth = showsText ? ruler.width(of: note, size: Self.noteSize).rounded(.up) : 0
    let width = max(
      left + Double(frames.count) * (frameWidth + Self.gap) + Self.margin,
      noteWidth + 2 * Self.margin)
    let height =
      Self.margin + frameHeight + 10 + Double(words.count) * Self.rowHeight + 2.4 * Self.noteSize
      + Self.margin
    guard max(width, height) <= Double(DrawingError.longestSide) else {
      throw DrawingError(.tooLarge(width: Int(width), height: Int(height)))
    }
    let canvas = try Canvas(format, width: width, height: height, showsText: showsText)
    canvas.fill(.init(x: 0, y: 0, width: width, height: height), .white)
    for (index, frame) in frames.enumerated() {
      let small = frame.resized(toWidth: Int(frameWidth), height: max(1, Int(frameHeight)))
      canvas.image(
        small, at: .init(x: left + Double(index) * (frameWidth + Self.gap), y: Self.margin))
    }
    let top = Self.margin + frameHeight + 10
    for (row, word) in words.enumerated() {
      draw(
        word,
        in: .init(
          x: left, y: top + Double(row) * Self.rowHeight, width: frameWidth, height: Self.rowHeight
        ), on: canvas)
    }
    let line = top + Double(words.count) * Self.rowHeight + 1.6 * Self.noteSize
    canvas.text(note, at: .init(x: Self.margin, y: line), size: Self.noteSize, .axis)
    return try canvas.finish()
  }

  /// Draws a word before the row of its weights, whose first cell is `first`.
  private func draw(_ word: Word, in first: Canvas.Rectangle, on canvas: Canvas) {
    let baseline = first.y + first.height * 0.66
    canvas.text(
      word.text, at: .init(x: first.x - 14, y: baseline), size: Self.wordSize, .ink, .right,
      isBold: true)
    for (index, weight) in word.weights.enumerated() {
      let cell = Canvas.Rectangle(
        x: first.x + Double(index) * (first.width + Self.gap), y: first.y, width: first.width,
        height: first.height - Self.gap)
      let share = Double(weight) / scale
      canvas.fill(cell, .grid)
      canvas.fill(cell, Color.blue.faded(to: share))
      guard first.width >= 34 else { continue }
      canvas.text(
        (Double(weight) * 100).text(places: 0),
        at: .init(x: cell.x + cell.width / 2, y: baseline), size: Self.numberSize,
        share > 0.5 ? .white : .ink, .center)
    }
  }

  /// The largest weight of all, which is darkest; at least twice an even one.
  private var scale: Double {
    max(Double(words.flatMap(\.weights).max() ?? 0), 2 / Double(frames.count))
  }
}
