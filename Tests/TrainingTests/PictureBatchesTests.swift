import Tensors
import Testing
import Text

@testable import Training

@Suite("Picture batches")
struct PictureBatchesTests {
  private let examples = (0..<103).map { number in
    let words = Array(repeating: TokenID(4 + number % 7), count: 1 + number * 7 % 19)
    return TrainingExample(
      number: number, path: "\(number).jpg", captions: [[.start] + words + [.end]],
      canBeMirrored: true)
  }

  @Test("an epoch holds every picture once")
  func everyPictureOnce() {
    let batches = PictureBatches(examples, batchSize: 8, random: SeededRandom(3)).epoch(0)
    #expect(batches.joined().map(\.number).sorted() == Array(0..<103))
    #expect(batches.allSatisfy { $0.count <= 8 })
  }

  @Test("the order depends on seed and epoch alone")
  func pureFunction() {
    let batches = PictureBatches(examples, batchSize: 8, random: SeededRandom(3))
    #expect(batches.epoch(2) == batches.epoch(2))
    #expect(batches.epoch(2) != batches.epoch(3))
    #expect(
      batches.epoch(2)
        != PictureBatches(examples, batchSize: 8, random: SeededRandom(4)).epoch(2))
  }

  @Test("the longest caption is in the first batch")
  func longestFirst() {
    for epoch in 0..<5 {
      let batches = PictureBatches(examples, batchSize: 8, random: SeededRandom(1)).epoch(epoch)
      let longest = batches.joined().map(\.longestCaption).max()
      #expect(batches[0].map(\.longestCaption).max() == longest)
    }
  }

  @Test("sorting leaves less padding than shuffling alone")
  func lessPadding() {
    func padding(_ batches: [[TrainingExample]]) -> Int {
      batches.reduce(0) { total, batch in
        let longest = batch.map(\.longestCaption).max() ?? 0
        return total + batch.reduce(0) { $0 + longest - $1.longestCaption }
      }
    }
    let sorted = PictureBatches(examples, batchSize: 8, random: SeededRandom(1)).epoch(0)
    let unsorted = stride(from: 0, to: 103, by: 8).map { Array(examples[$0..<min($0 + 8, 103)]) }
    #expect(padding(sorted) * 3 < padding(unsorted))
  }
}
