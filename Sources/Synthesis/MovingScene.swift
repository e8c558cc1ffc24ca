import Media
import Tensors

/// A short clip of moving things, and its true caption.
package struct MovingScene: Sendable, Equatable {
  package let caption: ClipCaption
  private let before: Thing
  private let after: Thing
  private let still: Thing?
  private let background: Background

  package static let frameCount = 16
  package static let framesPerSecond = 8

  package init(using random: inout SeededGenerator) {
    caption = ClipCaption(using: &random)
    background = Background(using: &random)
    let lanes = Lanes(caption.motion, using: &random)
    (before, after) = lanes.mover(caption, using: &random)
    still = caption.still.map { lanes.still($0, using: &random) }
  }

  /// The frames in order, each with noise of its own.
  func frames(by painter: Painter, noise random: inout SeededGenerator) -> [Image] {
    (0..<Self.frameCount).map { frame in
      let things = [still, mover(at: Double(frame) / Double(Self.frameCount - 1))]
      return painter.image(of: things.compactMap { $0 }, on: background, noise: &random)
    }
  }

  /// The mover at a time from 0 to 1; it goes and grows evenly.
  private func mover(at time: Double) -> Thing {
    func between(_ a: Double, _ b: Double) -> Double { a + (b - a) * time }
    var thing = before
    thing.radius = between(before.radius, after.radius)
    thing.center = Point(
      x: between(before.center.x, after.center.x), y: between(before.center.y, after.center.y))
    return thing
  }
}

/// The halves of a picture, one for what moves and one for what stays, so that they never meet.
private struct Lanes {
  /// True if the halves lie above each other.
  private let areRows: Bool
  /// The middle of the mover's half, from the edge that counts as 0.
  private let middle: Double
  /// The free margin at the edge.
  private let margin = 0.02

  init(_ motion: ClipCaption.Motion, using random: inout SeededGenerator) {
    switch motion {
    case .left, .right: areRows = true
    case .up, .down: areRows = false
    case .grows, .shrinks: areRows = random.below(2) == 0
    }
    middle = random.below(2) == 0 ? 0.25 : 0.75
  }

  /// The mover at the start and at the end.
  func mover(
    _ caption: ClipCaption, using random: inout SeededGenerator
  ) -> (before: Thing, after: Thing) {
    var small = Thing(
      caption.mover, radius: random.number(in: 0.1...0.135), center: Point(x: 0, y: 0),
      using: &random)
    var large = small
    let isTravel = caption.motion != .grows && caption.motion != .shrinks
    if !isTravel {
      small.radius = random.number(in: 0.06...0.08)
      large.radius = random.number(in: 0.13...0.15)
    }
    let across = across(large.reach, about: middle, using: &random)
    let free = Placement.range(reach: large.reach)
    let start = random.number(in: isTravel ? free.lowerBound...free.lowerBound + 0.1 : free)
    let end = isTravel ? random.number(in: free.upperBound - 0.1...free.upperBound) : start
    (small.center, large.center) = (point(start, across), point(end, across))
    let isForward = [.right, .down, .grows].contains(caption.motion)
    return isForward ? (small, large) : (large, small)
  }

  func still(_ kind: Kind, using random: inout SeededGenerator) -> Thing {
    let radius = random.number(in: 0.085...0.15)
    let reach = Outline.reach * radius
    let center = point(
      random.number(in: Placement.range(reach: reach)),
      across(reach, about: 1 - middle, using: &random))
    return Thing(kind, radius: radius, center: center, using: &random)
  }

  private func across(
    _ reach: Double, about middle: Double, using random: inout SeededGenerator
  ) -> Double {
    let room = 0.25 - margin - reach
    return random.number(in: middle - room...middle + room)
  }

  private func point(_ along: Double, _ across: Double) -> Point {
    areRows ? Point(x: along, y: across) : Point(x: across, y: along)
  }
}
