import Tensors
import TestSupport
import Testing

@testable import Layers

extension LayersTests {
  @Suite("Sequence dropout")
  struct SequenceDropoutTests {
    /// Returns the result of dropout for ones of shape `[T, B, F]`.
    private func left(
      _ dropout: SequenceDropout, of shape: Shape, at site: SequenceDropout.Site = .input
    ) -> Tensor {
      let ones = Tensor(repeating: 1, shape: [shape[0] * shape[1], shape[2]])
      return dropout(ones, SequenceLayout(steps: shape[0], rows: shape[1]), at: site)
        .reshaped(to: shape)
    }

    private func dropout(
      _ rate: Float, seed: UInt64 = 1, epoch: Int = 0, examples: [Int]
    ) -> SequenceDropout {
      SequenceDropout(rate: rate, random: SeededRandom(seed), epoch: epoch, examples: examples)
    }

    @Test(
      "leaves out the share it is told to, and scales up the rest",
      arguments: [0.1, 0.5, 0.75] as [Float])
    func rate(rate: Float) {
      let numbers = left(dropout(rate, examples: Array(0..<10)), of: [8, 10, 501]).floats
      let left = numbers.count { $0 == 0 }
      // Five standard deviations of 40,080 coins.
      let deviation = (40_080 * rate * (1 - rate)).squareRoot()
      #expect(abs(Float(left) - 40_080 * rate) < 5 * deviation)
      #expect(numbers.allSatisfy { $0 == 0 || abs($0 - 1 / (1 - rate)) < 1e-6 })
      // Neighbours share a draw of 64 bits; they must not share their fate.
      for distance in 1...4 {
        let both = zip(numbers, numbers.dropFirst(distance)).count { $0 == 0 && $1 == 0 }
        #expect(abs(Float(both) - 40_080 * rate * rate) < 6 * deviation, "distance \(distance)")
      }
    }

    @Test("a sequence does without a word wherever it stands, and each sequence without others")
    func words() {
      let (steps, rows) = (40, 50)
      let layout = SequenceLayout(steps: steps, rows: rows)
      let words = (0..<steps * rows).map { $0 * 7 % 13 }
      func left(_ wordRate: Float, epoch: Int = 0) -> [Float] {
        SequenceDropout(
          rate: 0, wordRate: wordRate, random: SeededRandom(3), epoch: epoch,
          examples: Array(0..<rows)
        )(Tensor(repeating: 1, shape: [steps * rows, 2]), of: words, layout).floats
      }
      let numbers = left(0.3)
      var fates: [[Int]: Float] = [:]
      for index in numbers.indices {
        let key = [index / 2 % rows, words[index / 2]]
        #expect(fates[key] == nil || fates[key] == numbers[index])
        fates[key] = numbers[index]
      }
      #expect(numbers.allSatisfy { $0 == 0 || abs($0 - 1 / 0.7) < 1e-6 })
      // Five standard deviations of 650 coins.
      let share = Float(fates.values.count { $0 == 0 }) / Float(fates.count)
      #expect(fates.count == 650 && abs(share - 0.3) < 0.09)
      #expect(left(0.3, epoch: 1) != numbers && left(0).allSatisfy { $0 == 1 })
    }

    @Test("a rate of nothing changes nothing")
    func nothing() {
      let x = FormulaWeights.scaled("x", [6, 5])
      let layout = SequenceLayout(steps: 2, rows: 3)
      #expect(dropout(0, examples: [1, 2, 3])(x, layout, at: .input).floats == x.floats)
    }

    @Test("what a row loses depends on the example, not on its place or company")
    func company() {
      let mask = left(dropout(0.5, examples: [7, 8, 9]), of: [4, 3, 33])
      let turned = left(dropout(0.5, examples: [9, 100, 7]), of: [4, 3, 33])
      let alone = left(dropout(0.5, examples: [8]), of: [4, 1, 33])
      func row(_ tensor: Tensor, _ index: Int) -> [Float] {
        tensor.slice(index..<index + 1, along: 1).floats
      }
      #expect(row(mask, 0) == row(turned, 2) && row(mask, 2) == row(turned, 0))
      #expect(row(mask, 1) == alone.floats && row(mask, 1) != row(turned, 1))
      // Of a longer sequence, what was there keeps its mask.
      let longer = left(dropout(0.5, examples: [8]), of: [6, 1, 33])
      #expect(longer.slice(0..<4).floats == alone.floats)
    }

    @Test("epochs, seeds, places and time steps draw anew")
    func independence() {
      let shape = [2, 1, 64]
      let first = left(dropout(0.5, examples: [3]), of: shape).floats
      #expect(first == left(dropout(0.5, examples: [3]), of: shape).floats)
      #expect(first != left(dropout(0.5, examples: [3]), of: shape, at: .output).floats)
      #expect(first != left(dropout(0.5, epoch: 1, examples: [3]), of: shape).floats)
      #expect(first != left(dropout(0.5, seed: 2, examples: [3]), of: shape).floats)
      #expect(first[..<64] != first[64...])
    }

    @Test("variational, it leaves out the same features at all steps of a sequence")
    func variational() {
      let dropout = SequenceDropout(
        .variational, rate: 0.5, random: SeededRandom(1), epoch: 0, examples: [3, 4])
      let mask = left(dropout, of: [3, 2, 64])
      let steps = (0..<3).map { mask.slice($0..<$0 + 1).floats }
      #expect(steps[0] == steps[1] && steps[0] == steps[2])
      #expect(steps[0][..<64] != steps[0][64...])
      #expect(steps[0] != left(dropout, of: [1, 2, 64], at: .output).floats)
    }

    @Test("layers of a stack draw their own, of what they read and of what they remember")
    func layers() {
      let ones = Tensor(repeating: 1, shape: [2, 64])
      for kind in SequenceDropout.Kind.allCases {
        let dropout = SequenceDropout(
          kind, rate: 0.5, random: SeededRandom(1), epoch: 0, examples: [3, 4])
        let layout = SequenceLayout(steps: 1, rows: 2)
        let read = (0..<3).map { dropout.inLayer($0)(ones, layout, at: .input).floats }
        #expect(Set(read).count == 3)
        #expect(read[0] == dropout(ones, layout, at: .input).floats)
        guard kind == .variational else { continue }
        let kept = (0..<3).map { ones.droppingOut(dropout.inLayer($0).ofState).floats }
        #expect(Set(kept + read).count == 6)
      }
    }

    @Test("the gradient passes where the number did")
    func gradient() throws {
      let x = FormulaWeights.scaled("x", [4, 9])
      let dropout = dropout(0.5, examples: [3, 4])
      let layout = SequenceLayout(steps: 2, rows: 2)
      let mask = dropout(Tensor(repeating: 1, shape: [4, 9]), layout, at: .output)
      let gradients = valueWithGradient(at: [x]) { dropout($0[0], layout, at: .output).sum() }
        .gradients
      #expect(try #require(gradients[0]).floats == mask.floats)
    }
  }
}
