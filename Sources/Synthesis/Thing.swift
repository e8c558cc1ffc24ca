import Tensors

/// A thing at its place in a picture whose side is 1.
struct Thing: Sendable, Equatable {
  let shape: Kind.Shape
  /// Pixel values, `0...1`.
  let color: SIMD3<Double>
  /// The rotation in radians; small, so that a square is never a diamond.
  let turn: Double
  var center: Point
  /// Of a circle of about its area.
  var radius: Double

  /// The radius of a circle about all of it.
  var reach: Double { Outline.reach * radius }

  /// Creates a thing of the colour and shape that `kind` says, with random values from the ranges
  /// of these.
  init(_ kind: Kind, radius: Double, center: Point, using random: inout SeededGenerator) {
    shape = kind.shape
    color = rgb(
      hue: random.number(in: kind.color.hues), saturation: random.number(in: 0.75...1),
      value: random.number(in: 0.7...0.95))
    turn = random.number(in: -0.2...0.2)
    (self.radius, self.center) = (radius, center)
  }
}

/// A colour by hue in degrees, saturation and value in `0...1` (Smith, 1978).
func rgb(hue: Double, saturation: Double, value: Double) -> SIMD3<Double> {
  func channel(_ offset: Double) -> Double {
    let sixth = (offset + hue / 60 + 6).truncatingRemainder(dividingBy: 6)
    return value * (1 - saturation * max(0, min(sixth, 4 - sixth, 1)))
  }
  return SIMD3(channel(5), channel(3), channel(1))
}
