import Captioning
import Foundation
import Layers
import Tensors
import TestSupport
import Testing
import Text

@testable import Training

extension TrainingTests {
  @Suite("Scheduled sampling")
  struct ScheduledSamplingTests {
    private let decoder = SamplingDecoder.random
    private let features = FormulaWeights.scaled("sampling", [4, 8], 2)
    /// Of different lengths; none is written by the decoder itself.
    private let captions = [[1, 4, 4, 4, 2], [1, 4, 2], [1, 4, 4, 4, 4, 4, 4, 2], [1, 4, 4, 2]]
      .map { $0.map(TokenID.init) }

    @Test("the rate of each schedule is its formula's")
    func rates() {
      func rates(_ schedule: ScheduledSampling.Schedule, _ steps: [Int]) -> [Double] {
        steps.map { ScheduledSampling(schedule).rate(atStep: $0, epoch: 0) }
      }
      func expect(_ found: [Double], _ expected: [Double]) {
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-12 }, "\(found)")
      }
      expect(
        rates(.linear(k: 1, slope: 0.01, floor: 0.25), [0, 1, 40, 75, 1000]),
        [0, 0.01, 0.4, 0.75, 0.75])
      expect(rates(.linear(k: 0.9, slope: 0.5, floor: 0), [0, 1, 2]), [0.1, 0.6, 1])
      // More than every word cannot be told.
      expect(rates(.linear(k: 1.5, slope: 0.25, floor: 0), [0, 2, 3]), [0, 0, 0.25])
      expect(rates(.exponential(k: 0.5), [0, 1, 2, 10]), [0, 0.5, 0.75, 1 - 0x1p-10])
      // At step k · ln k told and own words are as likely.
      let k = 20.0
      let sigmoid = ScheduledSampling.Schedule.inverseSigmoid(k: k)
      expect(rates(sigmoid, [0]), [1 / 21])
      let middle = rates(sigmoid, [59, 60])
      #expect(middle[0] < 0.5 && middle[1] > 0.5 && rates(sigmoid, [100_000]) == [1])
    }

    @Test("the rate by epochs rises in stairs, whatever the step")
    func stairs() {
      let sampling = ScheduledSampling(.epochs(slope: 0.05, epochs: 5, floor: 0.75))
      let found = [0, 4, 5, 9, 24, 25, 400].map { sampling.rate(atStep: 999, epoch: $0) }
      let expected = [0, 0, 0.05, 0.05, 0.2, 0.25, 0.25]
      #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-12 }, "\(found)")
    }

    @Test(
      "the inverse sigmoid falls to the share that is asked for, at the step that is",
      arguments: [0.01, 0.25, 0.5, 0.75, 0.95, 0.999], [1, 20, 400, 100_000])
    func sigmoidConstant(share: Double, step: Int) {
      let k = ScheduledSampling.sigmoidConstant(reaching: share, at: step)
      let sampling = ScheduledSampling(.inverseSigmoid(k: k))
      // k is never below 1: at the first steps some words are told all the same.
      let least = 1 / (1 + exp(Double(step)))
      let told = 1 - sampling.rate(atStep: step, epoch: 0)
      #expect(k >= 1 && abs(told - max(share, least)) < 1e-6, "k \(k) tells \(told)")
    }

    @Test("at rate 0 nothing changes, at rate 1 everything but the first word may")
    func bounds() {
      for draw in ScheduledSampling.Draw.allCases {
        #expect(read(captions, [0, 1, 2, 3], rate: 0, draw) == captions.map { $0.dropLast() })
        let own = read(captions, [0, 1, 2, 3], rate: 1, draw)
        #expect(own.map(\.count) == captions.map { $0.count - 1 })
        #expect(own.allSatisfy { $0[0] == .start })
        #expect(own.joined().allSatisfy { $0 != TokenID(4) }, "the decoder never says word 4")
      }
    }

    @Test(
      "what no search writes is never drawn, however likely",
      arguments: ScheduledSampling.Draw.allCases)
    func writable(draw: ScheduledSampling.Draw) {
      // <pad>, <bos> and <unk> are a thousand times likelier than the two words.
      let decoder = SamplingDecoder.biased([0: 1000, 1: 1000, 3: 1000, 5: 1, 6: 1])
      let count = 50
      let many = Array(repeating: [1, 4, 4, 4, 2].map(TokenID.init), count: count)
      let inputs = ScheduledSampling(.exponential(k: 1), draw: draw).replacingWords(
        in: PackedCaptions(many, describing: Array(repeating: 0, count: count)),
        describing: PackedSequence(features.slice(0..<1)), by: decoder, rate: 1,
        .init(SeededRandom(5), epoch: 0, examples: Array(0..<count)), in: .float32
      ).inputs.dropFirst(count)
      #expect(Set(inputs) == (draw == .argmax ? [TokenID(5)] : [TokenID(5), TokenID(6)]))
    }

    @Test("at rate 1 the likeliest words are what greedy search writes")
    func greedy() {
      let long = Array(
        repeating: [TokenID.start] + Array(repeating: TokenID(4), count: 8), count: 4)
      let own = read(long, [0, 1, 2, 3], rate: 1, .argmax)
      let written = BeamSearch(width: 1, maximumWords: 7).captions(
        of: PackedSequence(features), by: decoder)
      for (own, written) in zip(own, written) {
        let words = written[0].words
        #expect(Array(own.dropFirst().prefix(words.count)) == words)
      }
      let lengths = written.map { $0[0].words.count }
      #expect(
        Set(written.map { $0[0].words }).count == 4 && lengths.reduce(0, +) > 12, "\(lengths)")
    }

    @Test("what is drawn depends on the caption's number and the epoch, not on its company")
    func company() {
      let numbers = [17, 3, 99, 4]
      let together = read(captions, numbers, rate: 0.6)
      for (index, caption) in captions.enumerated() {
        let alone = read(
          [caption], [numbers[index]], of: features.slice(index..<index + 1), rate: 0.6)
        #expect(alone == [together[index]])
      }
      let reversed = read(
        captions.reversed(), numbers.reversed(), of: features.rows([3, 2, 1, 0]), rate: 0.6)
      #expect(reversed == together.reversed())
      #expect(read(captions, numbers, rate: 0.6, epoch: 1) != together)
      #expect(read(captions, [18, 3, 99, 4], rate: 0.6)[0] != together[0])
    }

    @Test("what should be said stays, and where it stands")
    func targets() {
      let packed = PackedCaptions(captions, describing: [0, 1, 2, 3])
      let found = replaced(packed, [0, 1, 2, 3], of: features, rate: 1, .sampled, epoch: 0)
      #expect(found.targets == packed.targets && found.layout == packed.layout)
      #expect(found.order == packed.order && found.pictures == packed.pictures)
      #expect(found.inputs != packed.inputs)
    }

    @Test("words are replaced as often as the rate says, by words as often as they are likely")
    func frequencies() {
      // Without weights all words have the probabilities of the bias: 5 twice those of 6 and 7.
      let decoder = SamplingDecoder.biased([5: 2, 6: 1, 7: 1])
      let count = 300
      let many = Array(repeating: [1, 4, 4, 4, 4, 4, 2].map(TokenID.init), count: count)
      let packed = PackedCaptions(many, describing: Array(repeating: 0, count: count))
      let inputs = ScheduledSampling(.exponential(k: 1)).replacingWords(
        in: packed, describing: PackedSequence(features.slice(0..<1)), by: decoder, rate: 0.4,
        .init(SeededRandom(5), epoch: 0, examples: Array(0..<count)), in: .float32
      ).inputs.map(\.index)
      let counts = (0..<12).map { word in inputs.count { $0 == word } }
      // Five standard deviations of 1,500 coins at 0.4, and of the 600 draws among what is replaced.
      let own = Double(counts[5] + counts[6] + counts[7])
      #expect(counts[1] == count && counts[4] + Int(own) == 5 * count)
      #expect(abs(own - 600) < 95)
      #expect(abs(Double(counts[5]) - own / 2) < 62)
      #expect(abs(Double(counts[6]) - own / 4) < 54)
    }

    @Test("a training that samples at rate 0 is one that does not sample; at others it is another")
    func training() throws {
      func losses(_ sampling: ScheduledSampling?) throws -> [Float] {
        let run = ParityRun("sampling") { $0.sampling = sampling }
        var state = run.state()
        return try run.steps().prefix(3).enumerated().map { step, batches in
          let report = run.learn(from: batches, step, &state)
          #expect(report.samplingRate == sampling?.rate(atStep: step, epoch: 0))
          return report.loss
        }
      }
      let plain = try losses(nil)
      #expect(try losses(ScheduledSampling(.linear(k: 1, slope: 0, floor: 1))) == plain)
      let linear = try losses(ScheduledSampling(.linear(k: 1, slope: 0.5, floor: 0)))
      #expect(linear[0] == plain[0] && linear[1] != plain[1] && linear[2] != plain[2])
    }

    /// Returns the input words of each caption, in the given order; caption i describes image i.
    private func read(
      _ captions: [[TokenID]], _ numbers: [Int], of features: Tensor? = nil, rate: Double,
      _ draw: ScheduledSampling.Draw = .sampled, epoch: Int = 0
    ) -> [[TokenID]] {
      let packed = PackedCaptions(captions, describing: Array(captions.indices))
      let found = replaced(
        packed, numbers, of: features ?? self.features, rate: rate, draw, epoch: epoch)
      var words = [[TokenID]](repeating: [], count: captions.count)
      for step in 0..<packed.layout.stepCount {
        for (row, position) in packed.layout.rows(ofStep: step).enumerated() {
          words[packed.order[row]].append(found.inputs[position])
        }
      }
      return words
    }

    private func replaced(
      _ packed: PackedCaptions, _ numbers: [Int], of features: Tensor, rate: Double,
      _ draw: ScheduledSampling.Draw, epoch: Int
    ) -> PackedCaptions {
      ScheduledSampling(.exponential(k: 1), draw: draw).replacingWords(
        in: packed, describing: PackedSequence(features), by: decoder, rate: rate,
        .init(SeededRandom(7), epoch: epoch, examples: packed.order.map { numbers[$0] }),
        in: .float32)
    }
  }
}

/// Decoders of 8 features and 12 words.
private enum SamplingDecoder {
  private static let blank = ShowAndTell(
    cell: LSTM(inputSize: 6, hiddenSize: 7), named: "lstm", featureSize: 8, vocabularySize: 12)

  /// Never says word 4, nor what cannot be written; of 400 sets of weights the one that says most.
  static var random: ShowAndTell<LSTM> {
    var decoder = blank
    decoder.updateParameters { parameter, value in
      guard parameter.role == .learned else { return }
      value = FormulaWeights.scaled("sampling204.\(parameter.name)", value.shape, 2)
    }
    decoder.imageNorm.variance = Tensor(repeating: 1, shape: [8])
    decoder.outputProjection.bias = Tensor(
      (0..<12).map { [0, 1, 3, 4].contains($0) ? -100 : 0 }, shape: [12])
    return decoder
  }

  /// Returns a decoder that gives each word a probability in proportion to its weight, whatever its input.
  static func biased(_ weights: [Int: Double]) -> ShowAndTell<LSTM> {
    var decoder = blank
    decoder.imageNorm.variance = Tensor(repeating: 1, shape: [8])
    decoder.outputProjection.bias = Tensor(
      (0..<12).map { word in weights[word].map { Float(log($0)) } ?? -100 }, shape: [12])
    return decoder
  }
}
