import Tensors

/// The content of a picture: one or two things on a background, and their true caption.
///
/// It is a function of the generator's numbers, and so of the seed and the picture's number alone.
package struct Scene: Sendable, Equatable {
  package let caption: SceneCaption
  /// In the order in which the caption names them.
  let things: [Thing]
  let background: Background

  package init(using random: inout SeededGenerator) {
    caption = SceneCaption(using: &random)
    background = Background(using: &random)
    let radius = random.number(in: caption.first.size.radii)
    guard let other = caption.other else {
      let range = Placement.range(reach: Outline.reach * radius)
      let center = Point(x: random.number(in: range), y: random.number(in: range))
      things = [Thing(caption.first, radius: radius, center: center, using: &random)]
      return
    }
    let radii = (radius, random.number(in: other.kind.size.radii))
    let centers = Placement.centers(
      other.relation, reach: (Outline.reach * radii.0, Outline.reach * radii.1), using: &random)
    things = [
      Thing(caption.first, radius: radii.0, center: centers.0, using: &random),
      Thing(other.kind, radius: radii.1, center: centers.1, using: &random),
    ]
  }
}

/// The positions of things for which a caption's relation is unambiguous.
enum Placement {
  /// The free margin at the edge of the picture and between things.
  private static let margin = 0.02

  /// The coordinates of a center that leave all of a thing within the picture.
  static func range(reach: Double) -> ClosedRange<Double> { margin + reach...1 - margin - reach }

  /// Draws the centers of two things at random, evenly.
  ///
  /// In the direction of the relation they do not overlap; across it they are at most half as far
  /// apart.
  ///
  /// In the direction of the relation they do not overlap; across it they are at most half as far apart.
  ///
  /// - Parameters:
  ///   - relation: The position of the first thing, seen from the second.
  ///   - reach: The radii of circles about them.
  ///   - random: The source of randomness.
  /// - Returns: Both centers.
  static func centers(
    _ relation: SceneCaption.Relation, reach: (Double, Double),
    using random: inout SeededGenerator
  ) -> (Point, Point) {
    let isFirstAhead = relation == .leftOf || relation == .above
    let (near, far) = isFirstAhead ? reach : (reach.1, reach.0)
    let rest = 1 - 3 * margin - 2 * near - 2 * far
    let (before, after) = random.orderedPair()
    let along = (
      near: margin + near + rest * before, far: 2 * margin + 2 * near + far + rest * after
    )
    let across = across(distance: along.far - along.near, near, far, using: &random)
    let isSideways = relation == .leftOf || relation == .rightOf
    func point(_ along: Double, _ across: Double) -> Point {
      isSideways ? Point(x: along, y: across) : Point(x: across, y: along)
    }
    let points = (point(along.near, across.near), point(along.far, across.far))
    return isFirstAhead ? points : (points.1, points.0)
  }

  private static func across(
    distance: Double, _ near: Double, _ far: Double, using random: inout SeededGenerator
  ) -> (near: Double, far: Double) {
    let first = random.number(in: range(reach: near))
    let limits = range(reach: far)
    let second = random.number(
      in: max(
        limits.lowerBound, first - distance / 2)...min(limits.upperBound, first + distance / 2))
    return (first, second)
  }
}
