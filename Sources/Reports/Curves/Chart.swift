/// Curves over one pair of axes.
struct Chart {
  let title: String
  let curves: [Curve]
  var isLogarithmic = false
  var includesZero = false
  /// The least upper end of the axis.
  var leastTop: Double?
  /// The last step on the axis; the first is 0.
  let lastStep: Double

  fileprivate static let tickSize = 13.0
  private static let titleSize = 16.0

  /// Draws the chart into `frame`: title and legend above, numbers left and below, last values right.
  func draw(in frame: Canvas.Rectangle, on canvas: Canvas) {
    let plot = Canvas.Rectangle(
      x: frame.x + 58, y: frame.y + 34, width: frame.width - 58 - 64, height: frame.height - 34 - 40
    )
    let x = AxisScale(of: [0, lastStep], tickCount: plot.width > 600 ? 8 : 5, isTight: true)
    let y = AxisScale(
      of: curves.flatMap { $0.points.map(\.y) } + [leastTop].compactMap(\.self),
      isLogarithmic: isLogarithmic,
      includesZero: includesZero, tickCount: plot.height > 300 ? 7 : 4)
    func place(_ point: Canvas.Point) -> Canvas.Point {
      .init(
        x: plot.x + x.position(of: point.x) * plot.width,
        y: plot.bottom - y.position(of: point.y) * plot.height)
    }
    drawHead(in: frame, plot, on: canvas)
    drawGrid(plot, x, y, on: canvas)
    let room = Canvas.Rectangle(
      x: plot.x - 10, y: plot.y - 10, width: plot.width + 20, height: plot.height + 20)
    canvas.clipped(to: room) {
      for curve in curves { curve.draw(on: canvas, y, at: place) }
    }
    drawLastValues(plot, y, on: canvas, at: place)
  }

  private func drawHead(
    in frame: Canvas.Rectangle, _ plot: Canvas.Rectangle, on canvas: Canvas
  ) {
    let line = frame.y + 18
    canvas.text(title, at: .init(x: plot.x, y: line), size: Self.titleSize, .ink, isBold: true)
    guard curves.count > 1 else { return }
    var x = plot.right
    for curve in curves.reversed() {
      x -= canvas.width(of: curve.name, size: Self.tickSize)
      canvas.text(curve.name, at: .init(x: x, y: line), size: Self.tickSize, .ink)
      let sample = [x - 34, x - 6].map { Canvas.Point(x: $0, y: line - 4.5) }
      curve.strokeLine(through: sample, on: canvas)
      if curve.isDotted { canvas.circle(.init(x: x - 20, y: line - 4.5), radius: 4, curve.color) }
      x -= 34 + 18
    }
  }

  private func drawGrid(
    _ plot: Canvas.Rectangle, _ x: AxisScale, _ y: AxisScale, on canvas: Canvas
  ) {
    for (tick, label) in zip(y.ticks, y.labels) {
      let height = plot.bottom - y.position(of: tick) * plot.height
      canvas.stroke(
        [.init(x: plot.x, y: height), .init(x: plot.right, y: height)], .grid, width: 1)
      canvas.text(
        label, at: .init(x: plot.x - 9, y: height + 4.5), size: Self.tickSize, .axis, .right)
    }
    for (tick, label) in zip(x.ticks, x.labels) {
      let place = plot.x + x.position(of: tick) * plot.width
      canvas.stroke(
        [.init(x: place, y: plot.bottom), .init(x: place, y: plot.bottom + 5)], .axis, width: 1)
      canvas.text(
        label, at: .init(x: place, y: plot.bottom + 20), size: Self.tickSize, .axis, .center)
    }
    canvas.stroke(
      [.init(x: plot.x, y: plot.bottom), .init(x: plot.right, y: plot.bottom)], .axis, width: 1.2)
    canvas.text(
      "step", at: .init(x: plot.right, y: plot.bottom + 36), size: Self.tickSize, .axis, .right)
  }

  /// Writes each curve's last value beside its end, a line apart where they would meet.
  private func drawLastValues(
    _ plot: Canvas.Rectangle, _ y: AxisScale, on canvas: Canvas,
    at place: (Canvas.Point) -> Canvas.Point
  ) {
    let labels = curves.compactMap { curve -> (text: String, color: Color, at: Canvas.Point)? in
      guard let last = curve.course.last(where: \.y.isFinite) else { return nil }
      return (Self.text(of: last.y, on: y), curve.color, place(last))
    }.filter { $0.at.y.isFinite }.sorted { $0.at.y < $1.at.y }
    var line = -Double.infinity
    for label in labels {
      line = max(label.at.y + 4.5, line + 16)
      canvas.text(
        label.text, at: .init(x: label.at.x + 9, y: line), size: Self.tickSize, label.color,
        isBold: true)
    }
  }

  /// Three digits or so.
  fileprivate static func text(of value: Double, on axis: AxisScale) -> String {
    switch max(abs(axis.lower), abs(axis.upper)) {
    case ..<0.01: AxisScale.scientific(value)
    case ..<20: value.text(places: 3)
    case ..<200: value.text(places: 1)
    default: value.text(places: 0)
    }
  }
}

extension Curve {
  fileprivate var isDotted: Bool { style == .dotted || style == .dashed }

  /// Points are shown one by one while they stand apart; a single one has no line.
  private var showsPoints: Bool { isDotted && points.count <= 60 || points.count == 1 }

  fileprivate func draw(
    on canvas: Canvas, _ axis: AxisScale, at place: (Canvas.Point) -> Canvas.Point
  ) {
    if isNoisy {
      let measured = points.thinned(to: Self.mostPoints).map(place)
      canvas.stroke(measured, color.faded(to: 0.3), width: 1)
    }
    strokeLine(through: course.map(place), on: canvas)
    if showsPoints {
      for point in points.map(place) where point.y.isFinite {
        canvas.circle(point, radius: 4, color)
      }
    }
    if let emphasis { draw(emphasis, at: place(emphasis), axis, on: canvas) }
  }

  /// A ring, with the value above it; at the end of the line the value stands already.
  private func draw(
    _ point: Canvas.Point, at place: Canvas.Point, _ axis: AxisScale, on canvas: Canvas
  ) {
    guard place.y.isFinite else { return }
    canvas.circle(place, radius: 8, color, ring: 1.8)
    guard point != points.last else { return }
    canvas.text(
      Chart.text(of: point.y, on: axis), at: .init(x: place.x, y: place.y - 12),
      size: Chart.tickSize, color, .center, isBold: true)
  }

  fileprivate func strokeLine(through points: [Canvas.Point], on canvas: Canvas) {
    canvas.stroke(points, color, width: 2.2, dash: style == .dashed ? (7, 4) : nil)
  }
}
