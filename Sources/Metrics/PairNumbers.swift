/// Numbers of pairs of numbers, from 0 in the order of first occurrence.
///
/// An n-gram is the pair of its first n - 1 words and its last one. Millions of them are looked up, which takes half
/// the time that a dictionary needs.
struct PairNumbers: Sendable {
  /// The pairs in the order of their numbers: the first in the upper 32 bits, the second in the lower ones.
  private(set) var pairs: [UInt64] = []
  /// Open addressing with linear steps; a slot holds a number plus 1, or 0.
  private var slots: [UInt32] = Array(repeating: 0, count: 1 << 10)

  var count: Int { pairs.count }

  /// Returns the number of a pair; nil if it has none.
  func number(of first: UInt32, _ second: UInt32) -> UInt32? {
    let found = slots[slot(of: pair(first, second))]
    return found == 0 ? nil : found - 1
  }

  /// Returns the number of a pair, a new one if it has none.
  mutating func insert(_ first: UInt32, _ second: UInt32) -> UInt32 {
    let pair = pair(first, second)
    let slot = slot(of: pair)
    if slots[slot] != 0 { return slots[slot] - 1 }
    pairs.append(pair)
    slots[slot] = UInt32(pairs.count)
    // At most half of the slots are taken, so that steps are few.
    if pairs.count * 2 > slots.count { grow() }
    return UInt32(pairs.count - 1)
  }

  private func pair(_ first: UInt32, _ second: UInt32) -> UInt64 {
    UInt64(first) << 32 | UInt64(second)
  }

  /// Returns the slot that holds the pair, or the free one where it belongs.
  private func slot(of pair: UInt64) -> Int {
    // The finalizer of SplitMix64: every bit of the pair changes half of those that are taken.
    var hash = (pair ^ pair >> 30) &* 0xBF58_476D_1CE4_E5B9
    hash = (hash ^ hash >> 27) &* 0x94D0_49BB_1331_11EB
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash ^ hash >> 31) & mask
    while slots[slot] != 0, pairs[Int(slots[slot] - 1)] != pair { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func grow() {
    slots = Array(repeating: 0, count: slots.count * 2)
    for (number, pair) in pairs.enumerated() { slots[slot(of: pair)] = UInt32(number + 1) }
  }
}
