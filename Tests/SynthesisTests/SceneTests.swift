import Tensors
import Testing

@testable import Synthesis

@Suite("Scenes")
struct SceneTests {
  let scenes = (0..<2000).map { ShapesCollection().scene(.training, $0) }

  @Test("lie as their captions say, told from where the things are")
  func relations() throws {
    for scene in scenes {
      guard let other = scene.caption.other else {
        #expect(scene.things.count == 1)
        continue
      }
      try #require(scene.things.count == 2)
      let (first, second) = (scene.things[0].center, scene.things[1].center)
      let (dx, dy) = (first.x - second.x, first.y - second.y)
      let seen: SceneCaption.Relation =
        abs(dx) > abs(dy) ? (dx < 0 ? .leftOf : .rightOf) : (dy < 0 ? .above : .below)
      #expect(seen == other.relation, "\(scene.caption.text)")
      // No borderline cases.
      #expect(max(abs(dx), abs(dy)) >= 2 * min(abs(dx), abs(dy)) - 1e-9)
    }
  }

  @Test("keep all of every thing within the picture, and things apart")
  func room() {
    for scene in scenes {
      for thing in scene.things {
        for coordinate in [thing.center.x, thing.center.y] {
          #expect(coordinate - thing.reach >= 0 && coordinate + thing.reach <= 1)
        }
      }
      guard scene.things.count == 2 else { continue }
      let (a, b) = (scene.things[0], scene.things[1])
      let (dx, dy) = (a.center.x - b.center.x, a.center.y - b.center.y)
      #expect((dx * dx + dy * dy).squareRoot() > a.reach + b.reach)
    }
  }

  @Test("hold things of the size, colour and shape that they name")
  func kinds() {
    for scene in scenes {
      let kinds = [scene.caption.first] + (scene.caption.other.map { [$0.kind] } ?? [])
      #expect(kinds.map(\.shape) == scene.things.map(\.shape))
      for (kind, thing) in zip(kinds, scene.things) {
        #expect((thing.radius > 0.14) == (kind.size == .large))
        let hue = hue(thing.color)
        #expect(
          kind.color.hues.contains(hue) || kind.color.hues.contains(hue - 360),
          "\(kind.text): hue \(hue)")
      }
    }
  }

  /// In degrees, by the textbook.
  private func hue(_ color: SIMD3<Double>) -> Double {
    let spread = color.max() - color.min()
    let sixth: Double =
      switch color.max() {
      case color.x: (color.y - color.z) / spread
      case color.y: (color.z - color.x) / spread + 2
      default: (color.x - color.y) / spread + 4
      }
    return (60 * sixth + 360).truncatingRemainder(dividingBy: 360)
  }

  @Test("of another seed, part or number are others")
  func randomness() {
    #expect(ShapesCollection().scene(.training, 5) == scenes[5])
    var other = ShapesCollection()
    other.seed = 2
    #expect(other.scene(.training, 5) != scenes[5])
    #expect(ShapesCollection().scene(.validation, 5) != scenes[5])
    #expect(scenes[6] != scenes[5])
  }
}
