/// Random numbers as a pure function of a seed and of what they are for.
///
/// Training draws everything through here, so nothing depends on the order of drawing: a resumed run
/// needs no generator state, and the number of threads or processes does not matter.
public struct SeededRandom: Sendable, Hashable {
  /// What a number decides; two purposes never share one.
  public enum Purpose: UInt64, Sendable {
    case shuffling = 1
    case dropout, scheduledSampling, wordDraw, augmentation, synthesis, wordDropout
  }

  public let seed: UInt64

  public init(_ seed: UInt64) { self.seed = seed }

  /// 64 random bits for one example at one position of one epoch.
  public func bits(
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

  /// A number in `0..<1`.
  public func uniform(
    _ purpose: Purpose, epoch: Int = 0, example: Int = 0, position: Int = 0
  )
    -> Float
  {
    unitFloat(bits(purpose, epoch: epoch, example: example, position: position))
  }

  /// A generator for one epoch and example, where many numbers are drawn in a row.
  public func generator(_ purpose: Purpose, epoch: Int = 0, example: Int = 0) -> SeededGenerator {
    SeededGenerator(seed: bits(purpose, epoch: epoch, example: example, position: -1))
  }
}

/// A stream of random numbers fixed by its seed (SplitMix64; Steele et al., 2014).
///
/// The standard library's `shuffled(using:)` may change with the toolchain; what is here will not.
public struct SeededGenerator: Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return mixed(state)
  }

  /// A number in `0..<1`.
  public mutating func uniform() -> Float { unitFloat(next()) }

  /// A number in `0..<bound`.
  public mutating func below(_ bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// The elements in a random order (Fisher & Yates).
  public mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
    var result = elements
    for last in result.indices.dropFirst().reversed() { result.swapAt(last, below(last + 1)) }
    return result
  }
}

/// SplitMix64's finaliser: every input bit changes half of the output's.
private func mixed(_ value: UInt64) -> UInt64 {
  var z = value
  z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
  return z ^ (z >> 31)
}

/// The upper 24 bits, which a `Float` holds exactly.
private func unitFloat(_ bits: UInt64) -> Float { Float(bits >> 40) * 0x1p-24 }
