import Captioning
import Layers
import Tensors
import Text

#if canImport(Glibc)
import Glibc
#endif

/// Scheduled sampling: the decoder reads some words of its own instead of those of the caption, so that it
/// learns to recover from its own mistakes (Bengio et al., 2015).
///
/// The words are drawn beforehand, through the same `step` as when captioning. The result is a sequence like
/// any other: no gradient crosses a draw, so the two passes are exact. Only words that a search may write
/// are drawn, because only those are read in captioning.
package struct ScheduledSampling: Sendable, Equatable {
  /// The course of the teacher-forced share of words, `ε` at step `i`, which falls from 1.
  package enum Schedule: Sendable, Equatable {
    /// `max(floor, k - c i)`
    case linear(k: Double, slope: Double, floor: Double)
    /// `kⁱ`, for `k` below 1
    case exponential(k: Double)
    /// `k / (k + exp(i / k))`, for `k` from 1
    case inverseSigmoid(k: Double)
    /// Less by `slope` every `epochs` epochs, down to a floor.
    case epochs(slope: Double, epochs: Int, floor: Double)
  }

  /// The choice of the word that the decoder reads.
  package enum Draw: String, Sendable, CaseIterable {
    /// A word drawn with its probability.
    case sampled
    /// The likeliest word.
    case argmax
  }

  package var schedule: Schedule
  package var draw = Draw.sampled

  package init(_ schedule: Schedule, draw: Draw = .sampled) {
    (self.schedule, self.draw) = (schedule, draw)
  }

  /// Returns the probability that a word is the decoder's own, `1 - ε`.
  package func rate(atStep step: Int, epoch: Int) -> Double {
    let i = Double(step)
    let teacherForced: Double
    switch schedule {
    case .linear(let k, let slope, let floor): teacherForced = max(floor, k - slope * i)
    case .exponential(let k): teacherForced = pow(k, i)
    case .inverseSigmoid(let k): teacherForced = k / (k + exp(i / k))
    case .epochs(let slope, let epochs, let floor):
      teacherForced = max(floor, 1 - slope * Double(epoch / max(epochs, 1)))
    }
    return 1 - min(max(teacherForced, 0), 1)
  }

  /// Returns the constant `k` with which the inverse sigmoid falls to `share` at a step.
  package static func sigmoidConstant(reaching share: Double, at step: Int) -> Double {
    func teacherForced(_ k: Double) -> Double { k / (k + exp(Double(step) / k)) }
    // The share rises with k: from almost 0 at 1 to almost 1 at the step itself.
    var (low, high) = (1.0, Double(max(step, 2)))
    while teacherForced(high) < share, high < 1e12 { high *= 2 }
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if teacherForced(middle) < share { low = middle } else { high = middle }
    }
    return high
  }

  /// The key of the random draws of a batch.
  package struct Randomness: Sendable {
    package let random: SeededRandom
    package let epoch: Int
    /// The number of each sequence in the data set.
    package let examples: [Int]

    package init(_ random: SeededRandom, epoch: Int, examples: [Int]) {
      (self.random, self.epoch, self.examples) = (random, epoch, examples)
    }
  }

  /// Replaces some of the input words of captions by the decoder's own; the target words stay.
  ///
  /// - Parameters:
  ///   - captions: The captions to learn from.
  ///   - features: The features of all pictures or clips.
  ///   - decoder: Draws the words.
  ///   - rate: The probability of each word but the first to be replaced.
  ///   - randomness: The key of the draws.
  ///   - precision: The element type of products.
  /// - Returns: As many captions, of the same lengths.
  package func replacingWords<Decoder: CaptionDecoder>(
    in captions: PackedCaptions, describing features: PackedSequence, by decoder: Decoder,
    rate: Double,
    _ randomness: Randomness, in precision: ElementType
  ) -> PackedCaptions {
    let layout = captions.layout
    var inputs = captions.inputs
    var (context, state) = decoder.start(features, in: precision)
    state = state.rows(captions.pictures)
    for step in 0..<layout.stepCount - 1 {
      // Captions that end here need no further state.
      let active = layout.rowCounts[step + 1]
      if active < layout.rowCounts[step] { state = state.rows(Array(0..<active)) }
      let words = layout.rows(ofStep: step).prefix(active).map { inputs[$0] }
      let read = decoder.step(
        words, state, context, pictureOfRow: Array(captions.pictures.prefix(active)), in: precision)
      state = read.state
      let chosen = (0..<active).filter { row in
        randomness.uniform(.scheduledSampling, row, step + 1) < rate
      }
      guard !chosen.isEmpty else { continue }
      let own = drawnWords(
        from: decoder.writableScores(of: read.output.rows(chosen)),
        at: chosen.map { randomness.uniform(.wordDraw, $0, step + 1) })
      for (row, word) in zip(chosen, own) { inputs[layout.offsets[step + 1] + row] = word }
    }
    return captions.reading(inputs)
  }

  private func drawnWords(from scores: WritableScores, at uniforms: [Double]) -> [TokenID] {
    switch draw {
    case .argmax: scores.likeliest
    case .sampled: scores.drawn(at: uniforms.map(Float.init))
    }
  }
}

extension ScheduledSampling.Randomness {
  fileprivate func uniform(
    _ purpose: SeededRandom.Purpose, _ row: Int, _ position: Int
  ) -> Double {
    Double(
      random.uniform(purpose, epoch: epoch, example: examples[row], position: position))
  }
}
