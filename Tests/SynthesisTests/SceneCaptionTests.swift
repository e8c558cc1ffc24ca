import Tensors
import Testing

@testable import Synthesis

@Suite("Scene captions")
struct SceneCaptionTests {
  @Test("are 4,560 different sentences")
  func count() {
    #expect(SceneCaption.all.count == 4560)
    #expect(Set(SceneCaption.all.map(\.text)).count == 4560)
  }

  @Test("name the larger of two things first, and never one thing twice")
  func order() {
    for caption in SceneCaption.all {
      guard let other = caption.other else { continue }
      #expect(caption.first != other.kind)
      #expect(caption.first.size == .large || other.kind.size == .small, "\(caption.text)")
      if caption.first.size == other.kind.size {
        #expect([.leftOf, .above].contains(other.relation), "\(caption.text)")
      }
    }
  }

  @Test("say what they mean")
  func text() {
    let circle = Kind(.small, .red, .circle)
    #expect(SceneCaption(first: circle, other: nil).text == "a small red circle")
    let caption = SceneCaption(
      first: Kind(.large, .orange, .cross), other: .init(relation: .rightOf, kind: circle))
    #expect(caption.text == "a large orange cross right of a small red circle")
  }

  @Test("are drawn from all there are, each part as often as its alternatives")
  func draws() {
    let possible = Set(SceneCaption.all)
    var random = SeededGenerator(seed: 7)
    let drawn = (0..<20_000).map { _ in SceneCaption(using: &random) }
    #expect(drawn.allSatisfy(possible.contains))
    let share = { (part: (SceneCaption) -> Bool) in
      Double(drawn.count(where: part)) / Double(drawn.count)
    }
    // Three standard deviations of 20,000 draws are below 0.011.
    #expect(abs(share { $0.other == nil } - 0.125) < 0.011)
    for color in Kind.Color.allCases {
      #expect(abs(share { $0.first.color == color } - 1.0 / 6) < 0.011, "\(color)")
    }
    for shape in Kind.Shape.allCases {
      #expect(abs(share { $0.first.shape == shape } - 0.25) < 0.011, "\(shape)")
    }
  }
}
