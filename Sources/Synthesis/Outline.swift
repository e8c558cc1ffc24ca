import Glibc

/// A point, x to the right and y down.
struct Point: Sendable, Equatable {
  var x: Double
  var y: Double
}

/// The edge of a shape about the origin, about as large as a circle of radius 1.
enum Outline: Sendable {
  case circle
  /// Its corners, in order.
  case polygon([Point])

  /// The maximum distance of the outline from the origin.
  static let reach = 1.26

  init(of shape: Kind.Shape) {
    switch shape {
    case .circle: self = .circle
    case .square:
      let half = 0.886
      self = .polygon([(half, half), (-half, half), (-half, -half), (half, -half)].map(Point.init))
    case .triangle:
      self = .polygon(
        (0..<3).map { corner in
          let angle = 2 * Double.pi * Double(corner) / 3
          return Point(x: Self.reach * sin(angle), y: -Self.reach * cos(angle))
        })
    case .cross:
      let (long, wide) = (1.15, 0.4)
      self = .polygon(
        [
          (wide, long), (-wide, long), (-wide, wide), (-long, wide), (-long, -wide), (-wide, -wide),
          (-wide, -long), (wide, -long), (wide, -wide), (long, -wide), (long, wide), (wide, wide),
        ].map(Point.init))
    }
  }

  /// Returns the signed distance of a point from the outline; below 0 inside.
  func signedDistance(to p: Point) -> Double {
    switch self {
    case .circle: (p.x * p.x + p.y * p.y).squareRoot() - 1
    case .polygon(let corners): Self.signedDistance(to: p, corners)
    }
  }

  /// The distance to the nearest side; every side that a ray from the point crosses changes the sign.
  private static func signedDistance(to p: Point, _ corners: [Point]) -> Double {
    var nearest = Double.infinity
    var isInside = false
    var a = corners[corners.count - 1]
    for b in corners {
      let (sideX, sideY, x, y) = (b.x - a.x, b.y - a.y, p.x - a.x, p.y - a.y)
      let along = (x * sideX + y * sideY) / (sideX * sideX + sideY * sideY)
      let share = min(max(along, 0), 1)
      let (dx, dy) = (x - share * sideX, y - share * sideY)
      nearest = min(nearest, dx * dx + dy * dy)
      if (a.y > p.y) != (b.y > p.y), (x * sideY < y * sideX) == (sideY > 0) { isInside.toggle() }
      a = b
    }
    return isInside ? -nearest.squareRoot() : nearest.squareRoot()
  }
}
