import Tensors

/// The background of a picture: a slightly tinted grey that changes evenly across the picture, with
/// noise.
struct Background: Sendable, Equatable {
  /// Pixel values at the middle, `0...1`.
  private let middle: SIMD3<Double>
  /// The change of the values from left to right, and from top to bottom.
  private let slopeX: SIMD3<Double>
  private let slopeY: SIMD3<Double>
  /// The maximum change of a pixel by noise.
  let noise: Double

  init(using random: inout SeededGenerator) {
    func tint(_ amount: Double, _ random: inout SeededGenerator) -> SIMD3<Double> {
      SIMD3(
        random.number(in: -amount...amount), random.number(in: -amount...amount),
        random.number(in: -amount...amount))
    }
    middle = SIMD3(repeating: random.number(in: 0.15...0.85)) + tint(0.05, &random)
    slopeX = SIMD3(repeating: random.number(in: -0.2...0.2)) + tint(0.03, &random)
    slopeY = SIMD3(repeating: random.number(in: -0.2...0.2)) + tint(0.03, &random)
    noise = random.number(in: 0.02...0.08)
  }

  func color(at point: Point) -> SIMD3<Double> {
    middle + slopeX * (point.x - 0.5) + slopeY * (point.y - 0.5)
  }
}
