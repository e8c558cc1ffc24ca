/// Random numbers as a pure function of a seed and of their purpose.
///
/// Training draws all of its random numbers here, so none depends on the order of drawing. A resumed run needs no
/// generator state, and the number of threads or processes does not matter.
package struct SeededRandom: Sendable, Hashable {
  /// The purpose of a number; two purposes never share one.
  package enum Purpose: UInt64, Sendable {
    case shuffling = 1
    case dropout, scheduledSampling, wordDraw, augmentation, synthesis, wordDropout
  }

  package let seed: UInt64

  package init(_ seed: UInt64) { self.seed = seed }

  /// Returns 64 random bits for one example at one position of one epoch.
  package func bits(
    _ purpose: Purpose, epoch: Int = 0, example: Int = 0, position: Int = 0
  )
    -> UInt64
  {
    [
      UInt64(bitPattern: Int64(epoch)), UInt64(bitPattern: Int64(example)),
      UInt64(bitPattern: Int64(position)),
    ].reduce(mixed(seed &+ purpose.rawValue &* 0x9E37_79B9_7F4A_7C15)) { state, key in
      mixed(state ^ (key &+ 0x9E37_79B9_7F4A_7C15))
    }
  }

  /// Returns a number in `0..<1`.
  package func uniform(
    _ purpose: Purpose, epoch: Int = 0, example: Int = 0, position: Int = 0
  )
    -> Float
  {
    unitFloat(bits(purpose, epoch: epoch, example: example, position: position))
  }

  /// Returns a generator for one epoch and example, to draw many numbers in a row.
  package func generator(_ purpose: Purpose, epoch: Int = 0, example: Int = 0) -> SeededGenerator {
    SeededGenerator(seed: bits(purpose, epoch: epoch, example: example, position: -1))
  }
}

/// A stream of random numbers fixed by its seed (SplitMix64; Steele et al., 2014).
///
/// The standard library's `shuffled(using:)` may change with the toolchain; this generator does not.
package struct SeededGenerator: Sendable {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return mixed(state)
  }

  /// Returns a number in `0..<1`.
  package mutating func uniform() -> Float { unitFloat(next()) }

  /// Returns a number in `0..<bound`.
  package mutating func below(_ bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// Returns the elements in a random order (Fisher & Yates).
  package mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
    var result = elements
    for last in result.indices.dropFirst().reversed() { result.swapAt(last, below(last + 1)) }
    return result
  }
}

/// Returns the output function of SplitMix64: each input bit changes half of the output bits on average.
private func mixed(_ value: UInt64) -> UInt64 {
  var z = value
  z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
  return z ^ (z >> 31)
}

/// Returns a number in `0..<1` from the upper 24 bits, which a `Float` holds exactly.
private func unitFloat(_ bits: UInt64) -> Float { Float(bits >> 40) * 0x1p-24 }
