/// A quantity against the step.
struct Curve: Sendable {
  enum Style: Sendable {
    case line
    /// Faint, with its course drawn over it.
    case noisy
    /// With a dot for each point.
    case dotted
    /// The same, with gaps between, to be told from another without colour.
    case dashed
  }

  let name: String
  let color: Color
  var style: Style
  /// In the order of the steps.
  var points: [Canvas.Point]
  /// A point to be ringed, such as the best.
  var emphasis: Canvas.Point?

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

  /// Each point's mean with as many neighbours before as after it, up to `reach`.
  func smoothed(reach: Int) -> [Canvas.Point] {
    indices.map { index in
      let reach = Swift.min(reach, index, count - 1 - index)
      return Canvas.Point(x: self[index].x, y: self[index - reach...index + reach].mean.y)
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
