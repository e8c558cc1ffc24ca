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
    let (x, y) = (TokenID(4), TokenID(5))
    #expect(examples.map { $0.captions[0].words[1] } == [x, y, x])
    var accuracy = LabelAccuracy()
    #expect(accuracy.frames == 0 && accuracy.clips == 0)
    accuracy.count(
      .init(ofFrames: [x, y, y, y], ofClips: [x, y]), of: Array(examples[0..<2]),
      frameCounts: [3, 1])
    accuracy.count(
      .init(ofFrames: [x], ofClips: [y]), of: Array(examples[2...]), frameCounts: [1])
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
}
