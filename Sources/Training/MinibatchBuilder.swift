import Tensors

/// Cuts a data set into minibatches whose members are of nearly equal length (Morishita et al., 2017,
/// Algorithm 1).
///
/// The members are sorted, batches are filled up to a budget, and the batches are shuffled. The result is a
/// function of seed and epoch alone.
package struct MinibatchBuilder: Sendable {
  /// The length of one member of a batch.
  package struct Length: Sendable, Equatable {
    /// The number of frames of a clip; 1 for a picture.
    package let source: Int
    /// The number of words of the longest caption, including `<eos>`.
    package let target: Int
    /// The number of captions of the member.
    package let captionCount: Int
    /// The number of words of all of them.
    package let wordCount: Int

    package init(source: Int = 1, target: Int, captionCount: Int = 1, wordCount: Int? = nil) {
      (self.source, self.target, self.captionCount) = (source, target, captionCount)
      self.wordCount = wordCount ?? target
    }
  }

  /// The order in which batches are filled; all but `pooled` are Morishita's.
  package enum Order: String, Sendable, CaseIterable {
    /// Shuffled, then sorted by frames and words within pools of a few batches: little padding, and
    /// different batches in every epoch.
    case pooled
    case shuffle
    /// Sorted by the length of the source, of the target, or of both; ties in random order.
    case source = "src"
    case target = "trg"
    case sourceThenTarget = "src_trg"
    case targetThenSource = "trg_src"
  }

  /// The size at which a batch is full.
  package enum Budget: Sendable, Equatable {
    /// A number of captions; the member that reaches the limit is still included.
    case captions(Int)
    /// A number of words of all captions.
    case words(Int)
  }

  package let lengths: [Length]
  package var order: Order
  package var budget: Budget
  package var random: SeededRandom
  /// The number of batches that `pooled` sorts together.
  private let batchesPerPool = 20

  package init(
    _ lengths: [Length], order: Order = .pooled, budget: Budget, random: SeededRandom
  ) {
    (self.lengths, self.order, self.budget, self.random) = (lengths, order, budget, random)
  }

  /// Returns the batches of one epoch, as indices of `lengths`.
  ///
  /// The batch with the longest target comes first, so that one too large for the memory fails at once.
  package func epoch(_ epoch: Int) -> [[Int]] {
    var generator = random.generator(.shuffling, epoch: epoch)
    let shuffled = generator.shuffled(Array(lengths.indices))
    var batches: [[Int]]
    if order == .pooled {
      batches = cut(shuffled, into: poolBudget).flatMap { pool in
        cut(sorted(pool, by: \.sourceThenTarget), into: budget)
      }
    } else {
      batches = cut(ordered(shuffled), into: budget)
    }
    batches = generator.shuffled(batches)
    let longest = batches.indices.max { longestTarget(batches[$0]) < longestTarget(batches[$1]) }
    if let longest { batches.swapAt(0, longest) }
    return batches
  }

  /// The padding of an epoch, if every batch were padded to its longest member.
  package struct Padding: Sendable, Equatable {
    package var batchCount = 0
    /// The number of words, and of frames of clips.
    package var stepCount = 0
    /// The same including padding.
    package var slotCount = 0

    /// The share of padding, in `0..<1`.
    package var ratio: Double {
      slotCount == 0 ? 0 : 1 - Double(stepCount) / Double(slotCount)
    }
  }

  /// Counts the padding of one epoch.
  package func padding(epoch: Int = 0) -> Padding {
    // Pictures count as one frame each, so the length of the source sorts nothing.
    let hasClips = lengths.contains { $0.source > 1 }
    return self.epoch(epoch).reduce(into: Padding()) { padding, batch in
      padding.batchCount += 1
      padding.stepCount += batch.reduce(0) { $0 + lengths[$1].wordCount }
      padding.slotCount += longestTarget(batch) * batch.reduce(0) { $0 + lengths[$1].captionCount }
      guard hasClips else { return }
      padding.stepCount += batch.reduce(0) { $0 + lengths[$1].source }
      padding.slotCount += batch.count * (batch.map { lengths[$0].source }.max() ?? 0)
    }
  }

  private func ordered(_ shuffled: [Int]) -> [Int] {
    switch order {
    case .pooled, .shuffle: shuffled
    case .source: sorted(shuffled, by: \.source)
    case .target: sorted(shuffled, by: \.target)
    case .sourceThenTarget: sorted(shuffled, by: \.sourceThenTarget)
    case .targetThenSource: sorted(shuffled, by: \.targetThenSource)
    }
  }

  /// Sorts members, the longest first; the sort is stable.
  private func sorted(_ members: [Int], by key: (Length) -> Int) -> [Int] {
    members.enumerated().map { (place: $0, member: $1, key: key(lengths[$1])) }
      .sorted { ($1.key, $0.place) < ($0.key, $1.place) }
      .map(\.member)
  }

  private var poolBudget: Budget {
    switch budget {
    case .captions(let count): .captions(count * batchesPerPool)
    case .words(let count): .words(count * batchesPerPool)
    }
  }

  private func cut(_ members: [Int], into budget: Budget) -> [[Int]] {
    var batches: [[Int]] = []
    var (batch, size): ([Int], Int) = ([], 0)
    for member in members {
      batch.append(member)
      let limit: Int
      switch budget {
      case .captions(let count): (size, limit) = (size + lengths[member].captionCount, count)
      case .words(let count): (size, limit) = (size + lengths[member].wordCount, count)
      }
      if size >= limit {
        batches.append(batch)
        (batch, size) = ([], 0)
      }
    }
    if !batch.isEmpty { batches.append(batch) }
    return batches
  }

  private func longestTarget(_ batch: [Int]) -> Int { batch.map { lengths[$0].target }.max() ?? 0 }
}

extension MinibatchBuilder.Length {
  // Lengths stay far below 2³²: one number compares faster than two.
  fileprivate var sourceThenTarget: Int { source << 32 | target }
  fileprivate var targetThenSource: Int { target << 32 | source }
}
