import Layers

/// The batches of one step, which count together as one batch.
struct StepParts {
  /// What one batch gives.
  struct Part {
    /// The mean that is reported, and the number of terms that it is the mean of.
    let loss: Double
    let lossCount: Int
    /// The gradient of what is learned from, and the number of terms that this is the mean of.
    ///
    /// Where the decoder learns from captions that it draws, a reward is reported of each caption, and the
    /// gradient is of their words.
    let gradient: ModelGradient
    let count: Int
  }

  private var losses: [(mean: Double, count: Int)] = []
  private var counts: [Int] = []
  /// The gradients, each multiplied by its number of terms as a share of the first one's.
  private var sum = ModelGradient(tensors: [:])

  mutating func add(_ part: Part) {
    losses.append((part.loss, part.lossCount))
    counts.append(part.count)
    sum = sum + part.gradient * (Float(part.count) / unit)
  }

  /// The number of terms of the first part: so a part that is alone stays as it is, to the bit.
  private var unit: Float { Float(max(counts.first ?? 1, 1)) }

  /// The mean over all terms.
  var loss: Double {
    let count = losses.reduce(0) { $0 + $1.count }
    return losses.reduce(0) { $0 + $1.mean * (Double($1.count) / Double(max(count, 1))) }
  }

  /// The gradient of the mean over all terms.
  var gradient: ModelGradient { sum * (unit / Float(max(counts.reduce(0, +), 1))) }
}
