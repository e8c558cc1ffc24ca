import Media
import Tensors
import Testing

@testable import Synthesis

@Suite("Painter")
struct PainterTests {
  /// A thing in the middle of a picture, on a background without noise of 256×256 pixels.
  private func coverage(of shape: Kind.Shape, radius: Double) -> (area: Double, Image) {
    var random = SeededGenerator(seed: 3)
    let thing = Thing(
      Kind(.large, .green, shape), radius: radius, center: Point(x: 0.5, y: 0.5), using: &random)
    let background = Background(using: &random)
    let painter = Painter(size: 256)
    let (with, without) = (
      painter.image(of: [thing], on: background, noise: &random),
      painter.image(of: [], on: background, noise: &random)
    )
    // Noise moves a channel by at most 2 · 0.08 · 255; the thing differs by more in some channel.
    let changed = (0..<256 * 256).count { pixel in
      (0..<3).contains {
        abs(Int(with.pixels[3 * pixel + $0]) - Int(without.pixels[3 * pixel + $0])) > 42
      }
    }
    return (Double(changed) / (256 * 256), with)
  }

  @Test(
    "gives every shape nearly the area of a circle of its radius", arguments: Kind.Shape.allCases)
  func area(shape: Kind.Shape) {
    let radius = 0.2
    let (area, _) = coverage(of: shape, radius: radius)
    let circle = Double.pi * radius * radius
    #expect(area > 0.6 * circle && area < 1.05 * circle, "\(shape): \(area / circle)")
  }

  @Test("measures distances to outlines as they are", arguments: Kind.Shape.allCases)
  func distances(shape: Kind.Shape) {
    let outline = Outline(of: shape)
    #expect(outline.signedDistance(to: Point(x: 0, y: 0)) < -0.3)
    var random = SeededGenerator(seed: 1)
    for _ in 0..<500 {
      let p = Point(x: random.number(in: -2...2), y: random.number(in: -2...2))
      let distance = outline.signedDistance(to: p)
      // No point within reach lies further out than the circle about the outline.
      let radius = (p.x * p.x + p.y * p.y).squareRoot()
      #expect(distance >= radius - Outline.reach - 1e-9)
      // Nobody gets nearer to an edge by more than he walks.
      let step = random.number(in: 0...0.3)
      let next = outline.signedDistance(to: Point(x: p.x + step, y: p.y))
      #expect(abs(next - distance) <= step + 1e-9)
    }
  }

  @Test("draws the same picture at any size")
  func sizes() {
    var (small, large) = (ShapesCollection(), ShapesCollection())
    (small.size, large.size) = (64, 256)
    for index in 0..<5 {
      let a = small.picture(.training, index)
      let b = large.picture(.training, index).resized(toWidth: 64, height: 64)
      let total = zip(a.pixels, b.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
      // What differs is noise, whose mean is at most a third of its bound of 20.
      #expect(Double(total) / Double(a.pixels.count) < 7)
    }
  }
}
