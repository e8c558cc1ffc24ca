import Media
import Tensors
import TestSupport
import Testing

@testable import Synthesis

@Suite("Moving scenes")
struct MovingSceneTests {
  let shapes = ShapesCollection()

  @Test("come with their reverse: the same frames backwards, and the caption of that")
  func reverse() {
    for pair in 0..<6 {
      let (forward, backward) = (
        shapes.clip(.training, 2 * pair), shapes.clip(.training, 2 * pair + 1)
      )
      #expect(forward.count == MovingScene.frameCount)
      #expect(forward.reversed() == backward)
      #expect(forward != backward)
      let captions = (0..<2).map { shapes.clipCaption(.training, 2 * pair + $0) }
      #expect(captions[0] != captions[1])
      #expect(captions[0].reversed == captions[1] && captions[1].reversed == captions[0])
    }
  }

  @Test("move as their captions say, told from what changes between the frames")
  func motion() {
    var seen: Set<ClipCaption.Motion> = []
    for index in 0..<80 {
      let frames = shapes.clip(.training, index)
      let motion = shapes.clipCaption(.training, index).motion
      seen.insert(motion)
      let change = change(from: frames[0], to: frames[frames.count - 1])
      switch motion {
      case .left, .right:
        #expect(abs(change.x) > 3 * abs(change.y) && (change.x > 0) == (motion == .right))
      case .up, .down:
        #expect(abs(change.y) > 3 * abs(change.x) && (change.y > 0) == (motion == .down))
      // What the mover covers at its largest only.
      case .grows, .shrinks: #expect(max(abs(change.x), abs(change.y)) < 0.1)
      }
    }
    #expect(seen == Set(ClipCaption.Motion.allCases))
  }

  /// From the middle of what only the first frame shows to the middle of what only the last shows.
  ///
  /// The thing stands out of the grey by its colour, the largest channel less the smallest.
  private func change(from first: Image, to last: Image) -> (x: Double, y: Double) {
    var (sum, x, y) = ([0.0, 0], [0.0, 0], [0.0, 0])
    for pixel in 0..<first.width * first.height {
      let saturations = [first, last].map { image in
        let color = (0..<3).map { Int(image.pixels[3 * pixel + $0]) }
        return (color.max() ?? 0) - (color.min() ?? 0)
      }
      let difference = saturations[1] - saturations[0]
      guard abs(difference) > 60 else { continue }
      let frame = difference < 0 ? 0 : 1
      sum[frame] += 1
      x[frame] += Double(pixel % first.width) / Double(first.width)
      y[frame] += Double(pixel / first.width) / Double(first.height)
    }
    guard sum[0] > 0, sum[1] > 0 else { return (0, 0) }
    return (x[1] / sum[1] - x[0] / sum[0], y[1] / sum[1] - y[0] / sum[0])
  }

  @Test("say what they mean")
  func text() {
    let texts = Set((0..<400).map { shapes.clipCaption(.training, $0).text })
    #expect(texts.contains { $0.hasPrefix("an orange ") })
    #expect(texts.contains { $0.contains(" moves left while a ") && $0.hasSuffix(" stays") })
    #expect(texts.contains { $0.hasSuffix(" grows") })
    #expect(texts.allSatisfy { !$0.contains("small") && !$0.contains("large") })
  }
}
