/// A quantity against the step.
struct Curve: Sendable {
  enum Style: Sendable {
    case line
    /// A faint line, with its moving average drawn over it.
    case noisy
    /// With a dot for each point.
    case dotted
    /// A dashed line with dots, distinguishable from the other without colour.
    case dashed
  }

  let name: String
  let color: Color
  var style: Style
  /// In the order of the steps.
  var points: [Canvas.Point]
  /// A point to be ringed, such as the best.
  var emphasis: Canvas.Point?

  /// The points that are drawn strongly: the moving average of a noisy curve, once there is one.
  var course: [Canvas.Point] {
    let line = points.thinned(to: Self.mostPoints)
    return isNoisy ? line.smoothed(reach: line.count / 40) : line
  }

  /// True if there are enough points for a moving average.
  var isNoisy: Bool { style == .noisy && points.count >= 40 }

  /// The most points that are drawn: more would not be visible, and make a large file.
  static let mostPoints = 500

  init(
    _ name: String, _ color: Color, _ style: Style, _ points: [Canvas.Point],
    emphasis: Canvas.Point? = nil
  ) {
    (self.name, self.color, self.style, self.points) = (name, color, style, points)
    self.emphasis = emphasis
  }
}

extension [Canvas.Point] {
  /// At most `count` points, each the mean of its neighbours: a line of 100,000 points shows no more.
  func thinned(to count: Int) -> [Canvas.Point] {
    guard self.count > count else { return self }
    return (0..<count).map { bin in
      let part = self[bin * self.count / count..<(bin + 1) * self.count / count]
      return part.mean
    }
  }

  /// Each point's mean with the `reach` points before and after it, as far as there are any.
  func smoothed(reach: Int) -> [Canvas.Point] {
    indices.map { index in
      let window = Swift.max(0, index - reach)...Swift.min(count - 1, index + reach)
      return Canvas.Point(x: self[index].x, y: self[window].mean.y)
    }
  }
}

extension ArraySlice<Canvas.Point> {
  /// The mean of the points that are finite.
  fileprivate var mean: Canvas.Point {
    let finite = filter(\.y.isFinite)
    let x = reduce(0) { $0 + $1.x } / Double(count)
    guard !finite.isEmpty else { return .init(x: x, y: .nan) }
    return .init(x: x, y: finite.reduce(0) { $0 + $1.y } / Double(finite.count))
  }
}
