import Captioning
import Datasets
import Testing
import Text

@testable import Training

@Suite("Accuracy of labels")
struct LabelAccuracyTests {
  @Test("counts frames and clips by themselves, over batches")
  func counts() {
    let clips = CaptionDataset(
      split: .train,
      examples: zip(0..., ["x", "y z", "x"]).map {
        CaptionedImage(id: $0, path: "clips/\($0).mp4", captions: [$1])
      })
    let tokenized = TokenizedDataset(labels: clips)
    let vocabulary = Vocabulary(tokenized.counts, minimumCount: 1)
    let examples = tokenized.examples(with: vocabulary)
    let (x, y) = (0, 1)
    #expect(examples.map(\.label) == [x, y, x])
    var accuracy = LabelAccuracy()
    #expect(accuracy.frames == 0 && accuracy.clips == 0)
    accuracy.count(
      .init(ofFrames: [x, y, y, y], ofClips: [x, y]), of: [x, y], frameCounts: [3, 1])
    accuracy.count(
      .init(ofFrames: [x], ofClips: [y]), of: [x], frameCounts: [1])
    #expect(accuracy.frames == 3.0 / 5 && accuracy.clips == 2.0 / 3)
  }

  @Test("a label is one word, and one that names a side is not true of a mirrored clip")
  func labels() {
    let labels = ["turn_left", "going right", "standing up"]
    let tokenized = TokenizedDataset(
      labels: CaptionDataset(
        split: .train,
        examples: labels.map { CaptionedImage(id: 0, path: "clips/\($0).mp4", captions: [$0]) }))
    let vocabulary = Vocabulary(tokenized.counts, minimumCount: 1)
    #expect(vocabulary.count == 7 && labels.allSatisfy { vocabulary.id(of: $0) != nil })
    let examples = tokenized.examples(with: vocabulary)
    #expect(examples.allSatisfy { $0.captions[0].words.count == 3 })
    #expect(examples.map(\.canBeMirrored) == [false, false, true])
    #expect(tokenized.references == labels.map { [[$0]] })
  }

  @Test(
    "a caption that speaks of a side in any form is not true of the mirrored picture",
    arguments: [
      ("a man's left-hand glove", false), ("the rightmost of three", false), ("LEFT-HANDED", false),
      ("a dog runs rightwards", false), ("in the upper-left corner", false), ("a lefty", false),
      ("in the bottomright", false), ("a cat (right) and a dog", false), ("left/right", false),
      ("the left-most-one", false), ("right-angled", false), ("leftside", false),
      ("a bright light", true), ("an upright piano", true), ("leftovers on a plate", true),
      ("a frightened playwright", true), ("righteous", true), ("a cat lifts a raft", true),
      ("bright left", false),
    ])
  func sides(caption: String, canBeMirrored: Bool) {
    let tokenized = TokenizedDataset(
      CaptionDataset(
        split: .train, examples: [CaptionedImage(id: 0, path: "a.jpg", captions: [caption])]),
      maximumWords: 20)
    let examples = tokenized.examples(with: Vocabulary(tokenized.counts, minimumCount: 1))
    #expect(examples.map(\.canBeMirrored) == [canBeMirrored])
    #expect(namesSide("bright_left") && namesSide("turnLeft") && !namesSide("Bright"))
  }
}
