import Tensors

/// Leaves out random features of a sequence while learning (Zaremba et al., 2014).
///
/// Only what goes into and comes out of a cell, never what it remembers. What stays is scaled up, so
/// nothing changes in use.
public struct SequenceDropout: Sendable {
  /// Where in a decoder, so that no two places share their draws.
  public enum Site: Int, Sendable { case input, output }

  /// The share that is left out, in `0..<1`.
  public let rate: Float
  private let random: SeededRandom
  private let epoch: Int
  private let examples: [Int]

  /// - Parameters:
  ///   - rate: The share that is left out.
  ///   - random: Fixes the draw.
  ///   - epoch: So that every epoch leaves out something else.
  ///   - examples: What each row is, so that a row's draw does not depend on its company.
  public init(rate: Float, random: SeededRandom, epoch: Int, examples: [Int]) {
    (self.rate, self.random, self.epoch, self.examples) = (rate, random, epoch, examples)
  }

  /// `x`, `[T, B, F]`, with some of its numbers replaced by 0.
  public func callAsFunction(_ x: Tensor, at site: Site) -> Tensor {
    guard rate > 0 else { return x }
    let (steps, size) = (x.shape[0], x.shape[2])
    let kept = 1 / (1 - rate)
    let limit = UInt64(Double(rate) * 65536)
    var mask: [Float] = []
    mask.reserveCapacity(x.elementCount)
    for t in 0..<steps {
      for example in examples {
        let key = random.bits(
          .dropout, epoch: epoch, example: example, position: 2 * t + site.rawValue)
        var generator = SeededGenerator(seed: key)
        // Four draws of 16 bits from each number.
        for start in stride(from: 0, to: size, by: 4) {
          var bits = generator.next()
          for _ in start..<min(start + 4, size) {
            mask.append(bits & 0xFFFF < limit ? 0 : kept)
            bits >>= 16
          }
        }
      }
    }
    return x * Tensor(mask, shape: x.shape, on: x.device)
  }
}
