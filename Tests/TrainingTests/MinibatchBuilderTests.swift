import Tensors
import Testing

@testable import Training

@Suite("Minibatch builder")
struct MinibatchBuilderTests {
  /// Clips of 1 to 7 frames with 2 to 20 words.
  private let lengths = (0..<203).map { number in
    MinibatchBuilder.Length(source: 1 + number * 5 % 7, target: 2 + number * 11 % 19)
  }

  private func builder(
    _ order: MinibatchBuilder.Order, _ budget: MinibatchBuilder.Budget = .captions(8),
    seed: UInt64 = 3
  ) -> MinibatchBuilder {
    MinibatchBuilder(lengths, order: order, budget: budget, random: SeededRandom(seed))
  }

  @Test(
    "an epoch holds every member once, in an order that depends on seed and epoch alone",
    arguments: MinibatchBuilder.Order.allCases,
    [MinibatchBuilder.Budget.captions(8), .words(100)])
  func everyMemberOnce(order: MinibatchBuilder.Order, budget: MinibatchBuilder.Budget) {
    let builder = builder(order, budget)
    let batches = builder.epoch(2)
    #expect(batches.joined().sorted() == Array(lengths.indices))
    #expect(batches == self.builder(order, budget).epoch(2))
    #expect(batches != builder.epoch(3))
    #expect(batches != self.builder(order, budget, seed: 4).epoch(2))
    let longest = lengths.map(\.target).max()
    #expect(batches[0].map { lengths[$0].target }.max() == longest, "the longest comes first")
  }

  @Test("batches are as large as the budget says", arguments: MinibatchBuilder.Order.allCases)
  func budgets(order: MinibatchBuilder.Order) {
    let byMembers = builder(order, .captions(8)).epoch(0)
    #expect(byMembers.count(where: { $0.count == 8 }) == 25 && byMembers.count == 26)
    let byWords = builder(order, .words(100)).epoch(0)
    var unfilled = 0
    for batch in byWords {
      let words = batch.map { lengths[$0].target }
      #expect(words.dropLast().reduce(0, +) < 100, "the last member was one too many")
      if words.reduce(0, +) < 100 { unfilled += 1 }
    }
    #expect(unfilled <= (order == .pooled ? 2 : 1))
  }

  @Test("what is sorted by stands together, from batch to batch")
  func sorting() {
    func ranges(_ order: MinibatchBuilder.Order, _ key: (MinibatchBuilder.Length) -> Int) -> Int {
      builder(order).epoch(0).reduce(0) { sum, batch in
        let keys = batch.map { key(lengths[$0]) }
        return sum + (keys.max() ?? 0) - (keys.min() ?? 0)
      }
    }
    let source = { (length: MinibatchBuilder.Length) in length.source }
    let target = { (length: MinibatchBuilder.Length) in length.target }
    // Sorted over all, the ranges of the batches add up to the range of the whole at most.
    #expect(ranges(.source, source) <= 6 && ranges(.sourceThenTarget, source) <= 6)
    #expect(ranges(.target, target) <= 18 && ranges(.targetThenSource, target) <= 18)
    #expect(ranges(.sourceThenTarget, target) < ranges(.source, target))
    #expect(ranges(.targetThenSource, source) < ranges(.target, source))
    #expect(ranges(.shuffle, target) > 10 * ranges(.target, target))
  }

  @Test("padding is counted by the longest member of each batch, and sorting saves it")
  func padding() {
    let one = MinibatchBuilder(
      [4, 2, 3].map { .init(target: $0) }, order: .shuffle, budget: .captions(3),
      random: SeededRandom(1)
    ).padding()
    #expect(one == .init(batchCount: 1, stepCount: 9, slotCount: 12) && one.ratio == 0.25)
    let clips = MinibatchBuilder(
      [.init(source: 5, target: 4), .init(source: 2, target: 4)], budget: .captions(3),
      random: SeededRandom(1)
    ).padding()
    #expect(clips == .init(batchCount: 1, stepCount: 15, slotCount: 18))
    func ratios(
      _ orders: [MinibatchBuilder.Order], _ lengths: [MinibatchBuilder.Length]
    ) -> [Double] {
      orders.map {
        MinibatchBuilder(lengths, order: $0, budget: .captions(8), random: SeededRandom(3))
          .padding().ratio
      }
    }
    let ofPictures = ratios(
      [.target, .pooled, .shuffle], lengths.map { .init(target: $0.target) })
    #expect(ofPictures[0] <= ofPictures[1] && 3 * ofPictures[1] < ofPictures[2], "\(ofPictures)")
    let ofClips = ratios(
      [.sourceThenTarget, .pooled, .shuffle],
      lengths.map { .init(source: 8 * $0.source, target: $0.target) })
    #expect(ofClips[0] <= ofClips[1] && 2 * ofClips[1] < ofClips[2], "\(ofClips)")
    let none = MinibatchBuilder([], budget: .captions(3), random: SeededRandom(1))
    #expect(none.padding().ratio == 0 && none.epoch(0).isEmpty)
  }
}
