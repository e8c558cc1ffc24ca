import Files

/// The course of a training in one picture, as `curves.svg` for screens and paper, `curves.png` for talks.
package struct TrainingCurves: Sendable {
  private let title: String
  private let rows: [TrainingRow]
  /// True if the axis of the losses is logarithmic.
  package var hasLogarithmicLoss = false
  /// True if numbers and names are drawn.
  var showsText = true

  private static let width = 1200.0
  private static let height = 675.0
  private static let pixelsPerUnit = 1.5

  /// - Parameters:
  ///   - title: The title above the charts.
  ///   - rows: The rows of the log so far.
  package init(_ title: String, _ rows: [TrainingRow]) { (self.title, self.rows) = (title, rows) }

  /// Writes both files into `folder`, in place of older ones.
  ///
  /// - Throws: `DrawingError` if nothing can be drawn; `FileError` if a file cannot be written.
  package func write(into folder: String) throws {
    let svg = try bytes(as: .svg)
    let png = try bytes(as: .png(scale: Self.pixelsPerUnit))
    try AtomicFile.write(svg, to: "\(folder)/curves.svg", overwriting: true)
    try AtomicFile.write(png, to: "\(folder)/curves.png", overwriting: true)
  }

  /// The picture as an SVG.
  package func svg() throws(DrawingError) -> [UInt8] { try bytes(as: .svg) }

  /// The picture as a PNG, to be put into a page: the same rows give the same bytes.
  ///
  /// The ids in an SVG count what was drawn before.
  package func png() throws(DrawingError) -> [UInt8] {
    try bytes(as: .png(scale: Self.pixelsPerUnit))
  }

  func bytes(as format: Canvas.Format) throws(DrawingError) -> [UInt8] {
    let canvas = try Canvas(format, width: Self.width, height: Self.height, showsText: showsText)
    canvas.fill(.init(x: 0, y: 0, width: Self.width, height: Self.height), .white)
    canvas.text(title, at: .init(x: 24, y: 34), size: 20, .ink, isBold: true)
    draw(on: canvas)
    return try canvas.finish()
  }

  /// Draws the losses on the left, and all other charts one below the other on the right.
  private func draw(on canvas: Canvas) {
    let (top, bottom) = (54.0, Self.height - 10)
    losses.draw(in: .init(x: 16, y: top, width: 664, height: bottom - top), on: canvas)
    let others = others
    let height = (bottom - top) / Double(others.count)
    for (index, chart) in others.enumerated() {
      let y = top + Double(index) * height
      chart.draw(in: .init(x: 692, y: y, width: 500, height: height), on: canvas)
    }
  }

  private var lastStep: Double { Double(rows.map(\.step).max() ?? 1) }

  private var losses: Chart {
    var curves = [Curve("training", .blue, .noisy, steps { $0.loss })]
    let validation = summaries { $0.validation?.loss }
    if !validation.isEmpty { curves.append(Curve("validation", .vermilion, .dotted, validation)) }
    return Chart(
      title: "loss, nats per \(accuracies.isEmpty ? "word" : "frame")", curves: curves,
      isLogarithmic: hasLogarithmicLoss,
      lastStep: lastStep)
  }

  /// Scores, learning rate and sampling rate, as far as the run has them.
  private var others: [Chart] {
    var charts: [Chart] = []
    let cider = summaries { $0.validation?.scores?.cider }
    if !cider.isEmpty {
      let best = rows.bestStep
      let curves = [
        Curve("CIDEr", .green, .dotted, cider, emphasis: cider.first { $0.x == best }),
        Curve("BLEU-4", .purple, .dashed, summaries { $0.validation?.scores?.bleu[3] }),
      ]
      charts.append(
        Chart(
          title: "scores (ring: best)", curves: curves, includesZero: true, leastTop: 0.1,
          lastStep: lastStep))
    }
    if !accuracies.isEmpty {
      let best = rows.bestStep
      let curves = [
        Curve("clips", .green, .dotted, accuracies, emphasis: accuracies.first { $0.x == best }),
        Curve("frames", .purple, .dashed, summaries { $0.validation?.accuracy?.frames }),
      ]
      charts.append(
        Chart(
          title: "accuracy (ring: best)", curves: curves, includesZero: true, leastTop: 1,
          lastStep: lastStep))
    }
    for (title, points) in [
      ("learning rate", steps { $0.learningRate }), ("sampling rate", steps { $0.samplingRate }),
    ] where !points.isEmpty {
      let curve = Curve(title, .blue, .line, points)
      charts.append(Chart(title: title, curves: [curve], includesZero: true, lastStep: lastStep))
    }
    return charts
  }

  private var accuracies: [Canvas.Point] { summaries { $0.validation?.accuracy?.clips } }

  private func steps(_ value: (StepRow) -> Double?) -> [Canvas.Point] {
    rows.compactMap { row in
      guard case .step(let row) = row, let y = value(row) else { return nil }
      return .init(x: Double(row.step), y: y)
    }
  }

  private func summaries(_ value: (SummaryRow) -> Double?) -> [Canvas.Point] {
    rows.compactMap { row in
      guard case .summary(let row) = row, let y = value(row) else { return nil }
      return .init(x: Double(row.step), y: y)
    }
  }
}

extension [TrainingRow] {
  /// The step of the best validation, whatever it was chosen by.
  fileprivate var bestStep: Double? {
    let best = last { if case .summary(let row) = $0 { row.isBest } else { false } }
    return best.map { Double($0.step) }
  }
}
