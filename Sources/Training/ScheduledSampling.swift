import Captioning
import Tensors
import Text

#if canImport(Glibc)
import Glibc
#endif

/// Lets a decoder read its own words now and then, instead of those it should have said, so that it learns
/// to go on from its own mistakes (Bengio et al., 2015).
///
/// The words are drawn beforehand, through the same `step` as when captioning. What is learned from is
/// then a sequence like any other: no gradient crosses a draw, so the two passes are exact. Only words that a
/// search may write are drawn, as those are what the decoder will read when it captions.
package struct ScheduledSampling: Sendable, Equatable {
  /// How the share of words that are told falls from 1, `ε` at step `i`.
  package enum Schedule: Sendable, Equatable {
    /// `max(floor, k - c i)`
    case linear(k: Double, slope: Double, floor: Double)
    /// `kⁱ`, for `k` below 1
    case exponential(k: Double)
    /// `k / (k + exp(i / k))`, for `k` from 1
    case inverseSigmoid(k: Double)
    /// So much less every so many epochs, down to a floor.
    case epochs(slope: Double, epochs: Int, floor: Double)
  }

  /// Which of its words the decoder reads.
  package enum Draw: String, Sendable, CaseIterable {
    /// One drawn with the probability that it has.
    case sampled
    /// The likeliest.
    case argmax
  }

  package var schedule: Schedule
  package var draw = Draw.sampled

  package init(_ schedule: Schedule, draw: Draw = .sampled) {
    (self.schedule, self.draw) = (schedule, draw)
  }

  /// The chance that a word is the decoder's own, `1 - ε`.
  package func rate(atStep step: Int, epoch: Int) -> Double {
    let i = Double(step)
    let told: Double
    switch schedule {
    case .linear(let k, let slope, let floor): told = max(floor, k - slope * i)
    case .exponential(let k): told = pow(k, i)
    case .inverseSigmoid(let k): told = k / (k + exp(i / k))
    case .epochs(let slope, let epochs, let floor):
      told = max(floor, 1 - slope * Double(epoch / max(epochs, 1)))
    }
    return 1 - min(max(told, 0), 1)
  }

  /// The constant with which the inverse sigmoid falls to `share` at a step.
  package static func sigmoidConstant(reaching share: Double, at step: Int) -> Double {
    func told(_ k: Double) -> Double { k / (k + exp(Double(step) / k)) }
    // The share told rises with k: from nothing at 1 to almost all at the step itself.
    var (low, high) = (1.0, Double(max(step, 2)))
    while told(high) < share, high < 1e12 { high *= 2 }
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if told(middle) < share { low = middle } else { high = middle }
    }
    return high
  }

  /// What decides a batch's draws.
  package struct Randomness: Sendable {
    package let random: SeededRandom
    package let epoch: Int
    /// What each sequence is.
    package let examples: [Int]

    package init(_ random: SeededRandom, epoch: Int, examples: [Int]) {
      (self.random, self.epoch, self.examples) = (random, epoch, examples)
    }
  }

  /// The captions with some of the words that are read replaced by the decoder's own; what should be said
  /// stays.
  ///
  /// - Parameters:
  ///   - captions: What would be read.
  ///   - features: Of all pictures or clips.
  ///   - decoder: Draws the words.
  ///   - rate: The chance of each word but the first to be replaced.
  ///   - randomness: Fixes the coins and the draws.
  ///   - precision: What products are computed in.
  /// - Returns: As many captions, of the same lengths.
  package func replacingWords<Decoder: CaptionDecoder>(
    in captions: PackedCaptions, describing features: VisualFeatures, by decoder: Decoder,
    rate: Double,
    _ randomness: Randomness, in precision: ElementType
  ) -> PackedCaptions {
    let layout = captions.layout
    var inputs = captions.inputs
    var (context, state) = decoder.start(features, in: precision)
    state = state.rows(captions.pictures)
    for step in 0..<layout.stepCount - 1 {
      // What the captions that end here would say next does not matter any more.
      let living = layout.rowCounts[step + 1]
      if living < layout.rowCounts[step] { state = state.rows(Array(0..<living)) }
      let words = layout.rows(ofStep: step).prefix(living).map { inputs[$0] }
      let read = decoder.step(
        words, state, context, pictureOfRow: Array(captions.pictures.prefix(living)), in: precision)
      state = read.state
      let chosen = (0..<living).filter { row in
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
