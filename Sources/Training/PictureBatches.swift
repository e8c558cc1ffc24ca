import Tensors

/// Batches of pictures whose longest captions are of nearly equal length.
///
/// The pictures are shuffled, cut into pools, sorted inside the pool, cut into batches, and the
/// batches shuffled: little padding, and still another company every epoch. The order depends on seed
/// and epoch alone.
package struct PictureBatches: Sendable {
  package let examples: [TrainingExample]
  package var batchSize: Int
  package var random: SeededRandom
  /// How many batches are sorted together.
  private let batchesPerPool = 20

  package init(_ examples: [TrainingExample], batchSize: Int, random: SeededRandom) {
    (self.examples, self.batchSize, self.random) = (examples, batchSize, random)
  }

  /// How many batches an epoch has.
  package var count: Int { (examples.count + batchSize - 1) / batchSize }

  /// The batches of one epoch; the one with the longest caption first, so that a batch too large for
  /// the memory fails at once.
  package func epoch(_ epoch: Int) -> [[TrainingExample]] {
    var generator = random.generator(.shuffling, epoch: epoch)
    var batches: [[TrainingExample]] = []
    let poolSize = batchSize * batchesPerPool
    let shuffled = generator.shuffled(examples)
    for start in stride(from: 0, to: shuffled.count, by: poolSize) {
      let pool = shuffled[start..<min(start + poolSize, shuffled.count)].sorted {
        ($0.longestCaption, $0.number) > ($1.longestCaption, $1.number)
      }
      for first in stride(from: 0, to: pool.count, by: batchSize) {
        batches.append(Array(pool[first..<min(first + batchSize, pool.count)]))
      }
    }
    batches = generator.shuffled(batches)
    let longest = batches.indices.max {
      batches[$0][0].longestCaption < batches[$1][0].longestCaption
    }
    if let longest { batches.swapAt(0, longest) }
    return batches
  }
}
