import Captioning
import ImageEncoders
import Tensors
import Testing
import Text

@testable import Training

@Suite("Batches of an epoch")
struct EpochBatchesTests {
  /// Pictures of one to five captions, 1 to 12 words long; 150 captions in all.
  private let examples = (0..<50).map { picture in
    TrainingExample(
      number: picture, path: "\(picture).jpg",
      captions: (0..<1 + picture * 3 % 5).map { caption in
        let number = 5 * picture + caption
        let words = Array(repeating: TokenID(4), count: 1 + number * 7 % 12)
        return .init(number: number, words: [.start] + words + [.end])
      }, canBeMirrored: true)
  }

  private func batches(
    _ budget: MinibatchBuilder.Budget, epoch: Int
  ) -> [[TrainingExample]] {
    var plan = TrainingPlan()
    (plan.batchBudget, plan.encoderLearningRate, plan.frozenEpochCount) = (budget, 1e-4, 2)
    let task = CaptioningTask(
      training: ReferencedExamples(examples), Vocabulary(words: []),
      PictureInput(EncoderConfiguration(.smallCNN), .pooled))
    return task.batches(ofEpoch: epoch, plan)
  }

  @Test(
    "while the encoder is frozen batches are of single captions, each once an epoch",
    arguments: [MinibatchBuilder.Budget.captions(8), .words(60)], [0, 1])
  func singleCaptions(budget: MinibatchBuilder.Budget, epoch: Int) {
    let members = batches(budget, epoch: epoch).joined()
    #expect(members.allSatisfy { $0.captions.count == 1 })
    let pictureOfCaption = Dictionary(
      uniqueKeysWithValues: members.map { ($0.captions[0].number, $0.number) })
    #expect(pictureOfCaption.count == 150)
    #expect(pictureOfCaption.allSatisfy { $0.key / 5 == $0.value })
    #expect(members.allSatisfy { $0.path == "\($0.number).jpg" })
  }

  @Test(
    "while it learns batches are of whole pictures, each once an epoch",
    arguments: [MinibatchBuilder.Budget.captions(8), .words(60)])
  func wholePictures(budget: MinibatchBuilder.Budget) {
    let members = batches(budget, epoch: 2).joined().sorted { $0.number < $1.number }
    #expect(members == examples)
  }

  @Test("a batch is full at so many captions, whatever their pictures", arguments: [1, 2])
  func captionBudget(epoch: Int) {
    check(batches(.captions(8), epoch: epoch), isFullAt: 8) { $0.captions.count }
  }

  @Test("a batch is full at so many words, each caption's end among them", arguments: [1, 2])
  func wordBudget(epoch: Int) {
    check(batches(.words(60), epoch: epoch), isFullAt: 60) { example in
      example.captions.reduce(0) { $0 + $1.words.count - 1 }
    }
  }

  /// All but one reach the limit, and none would without its last member.
  private func check(
    _ batches: [[TrainingExample]], isFullAt limit: Int, _ size: (TrainingExample) -> Int
  ) {
    var unfilledCount = 0
    for batch in batches {
      let sizes = batch.map(size)
      #expect(sizes.dropLast().reduce(0, +) < limit)
      if sizes.reduce(0, +) < limit { unfilledCount += 1 }
    }
    // What is left of a pool of twenty batches, and of the last one.
    #expect(unfilledCount <= 2 && batches.count > 10)
  }
}
