import Layers
import Tensors
import TestSupport
import Testing

extension LayersTests {
  @Suite("Sequence dropout")
  struct SequenceDropoutTests {
    private func dropout(
      _ rate: Float, seed: UInt64 = 1, epoch: Int = 0, examples: [Int]
    ) -> SequenceDropout {
      SequenceDropout(rate: rate, random: SeededRandom(seed), epoch: epoch, examples: examples)
    }

    @Test(
      "leaves out the share it is told to, and scales up the rest",
      arguments: [0.1, 0.5, 0.75] as [Float])
    func rate(rate: Float) {
      let ones = Tensor(repeating: 1, shape: [8, 10, 501])
      let numbers = dropout(rate, examples: Array(0..<10))(ones, at: .input).floats
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

    @Test("a rate of nothing changes nothing")
    func nothing() {
      let x = FormulaWeights.scaled("x", [2, 3, 5])
      #expect(dropout(0, examples: [1, 2, 3])(x, at: .input).floats == x.floats)
    }

    @Test("what a row loses depends on the example, not on its place or company")
    func company() {
      let ones = Tensor(repeating: 1, shape: [4, 3, 33])
      let mask = dropout(0.5, examples: [7, 8, 9])(ones, at: .input)
      let turned = dropout(0.5, examples: [9, 100, 7])(ones, at: .input)
      let alone = dropout(0.5, examples: [8])(
        Tensor(repeating: 1, shape: [4, 1, 33]), at: .input)
      func row(_ tensor: Tensor, _ index: Int) -> [Float] {
        tensor.slice(index..<index + 1, along: 1).floats
      }
      #expect(row(mask, 0) == row(turned, 2) && row(mask, 2) == row(turned, 0))
      #expect(row(mask, 1) == alone.floats && row(mask, 1) != row(turned, 1))
      // A longer batch pads the row; what was there keeps its mask.
      let longer = dropout(0.5, examples: [8])(Tensor(repeating: 1, shape: [6, 1, 33]), at: .input)
      #expect(longer.slice(0..<4).floats == alone.floats)
    }

    @Test("epochs, seeds, places and time steps draw anew")
    func independence() {
      let ones = Tensor(repeating: 1, shape: [2, 1, 64])
      let first = dropout(0.5, examples: [3])(ones, at: .input).floats
      #expect(first == dropout(0.5, examples: [3])(ones, at: .input).floats)
      #expect(first != dropout(0.5, examples: [3])(ones, at: .output).floats)
      #expect(first != dropout(0.5, epoch: 1, examples: [3])(ones, at: .input).floats)
      #expect(first != dropout(0.5, seed: 2, examples: [3])(ones, at: .input).floats)
      #expect(first[..<64] != first[64...])
    }

    @Test("the gradient passes where the number did")
    func gradient() throws {
      let x = FormulaWeights.scaled("x", [2, 2, 9])
      let dropout = dropout(0.5, examples: [3, 4])
      let mask = dropout(Tensor(repeating: 1, shape: [2, 2, 9]), at: .output)
      let gradients = valueWithGradient(at: [x]) { dropout($0[0], at: .output).sum() }.gradients
      #expect(try #require(gradients[0]).floats == mask.floats)
    }
  }
}
