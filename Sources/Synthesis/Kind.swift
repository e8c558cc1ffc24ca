/// The describable properties of a thing: its size, colour and shape.
package struct Kind: Sendable, Hashable {
  package enum Size: String, Sendable, CaseIterable { case small, large }
  package enum Color: String, Sendable, CaseIterable {
    case red, orange, yellow, green, blue, purple
  }
  package enum Shape: String, Sendable, CaseIterable { case circle, square, triangle, cross }

  package let size: Size
  package let color: Color
  package let shape: Shape

  package init(_ size: Size, _ color: Color, _ shape: Shape) {
    (self.size, self.color, self.shape) = (size, color, shape)
  }

  /// The thing with its article, such as "a small red circle".
  package var text: String { "a \(size.rawValue) \(color.rawValue) \(shape.rawValue)" }

  /// Every kind once.
  package static let all = Size.allCases.flatMap { size in
    Color.allCases.flatMap { color in Shape.allCases.map { Kind(size, color, $0) } }
  }
}

extension Kind.Size {
  /// The range of sizes, as the radius of a circle of about the same area; the picture's side is 1.
  ///
  /// The gap between the ranges keeps the word a fact: the smallest large thing has nearly twice the
  /// area of the largest small one.
  var radii: ClosedRange<Double> {
    switch self {
    case .small: 0.105...0.12
    case .large: 0.16...0.18
    }
  }
}

extension Kind.Color {
  /// The range of hues in degrees, as in HSV; neighbours are at least ten degrees apart.
  var hues: ClosedRange<Double> {
    switch self {
    case .red: -10...6
    case .orange: 22...34
    case .yellow: 48...62
    case .green: 105...145
    case .blue: 205...235
    case .purple: 265...285
    }
  }
}
