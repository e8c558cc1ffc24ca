import Layers

/// The batches of one step, which count as one batch.
struct StepParts {
  /// The result of one batch.
  struct Part {
    /// The mean that is reported, and its number of terms.
    let loss: Double
    let lossCount: Int
    /// The gradient of the objective, and the number of terms that the objective is the mean of.
    ///
    /// The two counts differ in self-critical epochs: the reported reward is per caption, the objective is
    /// per word.
    let gradient: ModelGradient
    let count: Int
  }

  private var losses: [(mean: Double, count: Int)] = []
  private var counts: [Int] = []
  /// The sum of the gradients, each multiplied by its number of terms relative to that of the first.
  private var sum = ModelGradient(tensors: [:])

  mutating func add(_ part: Part) {
    losses.append((part.loss, part.lossCount))
    counts.append(part.count)
    sum = sum + part.gradient * (Float(part.count) / unit)
  }

  /// The number of terms of the first part, so that a single part stays as it is, to the bit.
  private var unit: Float { Float(max(counts.first ?? 1, 1)) }

  /// The mean over all terms.
  var loss: Double {
    let count = losses.reduce(0) { $0 + $1.count }
    return losses.reduce(0) { $0 + $1.mean * (Double($1.count) / Double(max(count, 1))) }
  }

  /// The gradient of the mean over all terms.
  var gradient: ModelGradient { sum * (unit / Float(max(counts.reduce(0, +), 1))) }
}
