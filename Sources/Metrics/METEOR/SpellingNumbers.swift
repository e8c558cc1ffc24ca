/// Numbers of spellings, from 0 in the order of first occurrence.
///
/// Words are found by their bytes: a table of millions of phrases is compared with some thousand words without
/// making strings of it.
struct SpellingNumbers: Sendable {
  private var bytes: [UInt8] = []
  /// The end of each spelling in `bytes`.
  private var ends: [Int] = []
  /// Open addressing with linear steps; a slot holds a number plus 1, or 0.
  private var slots: [UInt32] = Array(repeating: 0, count: 1 << 10)

  var count: Int { ends.count }

  /// Returns the spelling of a number.
  subscript(number: Int32) -> ArraySlice<UInt8> {
    let number = Int(number)
    return bytes[(number == 0 ? 0 : ends[number - 1])..<ends[number]]
  }

  /// Returns the number of a spelling; nil if it has none.
  func number(of spelling: UnsafeRawBufferPointer) -> Int32? {
    let found = slots[slot(of: spelling)]
    return found == 0 ? nil : Int32(found - 1)
  }

  /// Returns the number of a word; nil if it has none.
  func number(of word: String) -> Int32? {
    var word = word
    return word.withUTF8 { number(of: UnsafeRawBufferPointer($0)) }
  }

  /// Returns the number of a word, a new one if it has none.
  mutating func insert(_ word: String) -> Int32 {
    var word = word
    return word.withUTF8 { insert(UnsafeRawBufferPointer($0)) }
  }

  /// Returns the number of a spelling, a new one if it has none.
  mutating func insert(_ spelling: UnsafeRawBufferPointer) -> Int32 {
    let slot = slot(of: spelling)
    if slots[slot] != 0 { return Int32(slots[slot] - 1) }
    bytes += spelling
    ends.append(bytes.count)
    slots[slot] = UInt32(ends.count)
    // At most half of the slots are taken, so that steps are few.
    if ends.count * 2 > slots.count { grow() }
    return Int32(ends.count - 1)
  }

  /// Returns the slot that holds the spelling, or the free one where it belongs.
  private func slot(of spelling: UnsafeRawBufferPointer) -> Int {
    // FNV-1a.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in spelling { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash ^ hash >> 32) & mask
    while slots[slot] != 0, !isSame(Int(slots[slot] - 1), spelling) { slot = (slot + 1) & mask }
    return slot
  }

  private func isSame(_ number: Int, _ spelling: UnsafeRawBufferPointer) -> Bool {
    let start = number == 0 ? 0 : ends[number - 1]
    guard ends[number] - start == spelling.count else { return false }
    for i in spelling.indices where bytes[start + i] != spelling[i] { return false }
    return true
  }

  private mutating func grow() {
    slots = Array(repeating: 0, count: slots.count * 2)
    bytes.withUnsafeBytes { all in
      var start = 0
      for (number, end) in ends.enumerated() {
        let slot = slot(of: UnsafeRawBufferPointer(rebasing: all[start..<end]))
        slots[slot] = UInt32(number + 1)
        start = end
      }
    }
  }
}
