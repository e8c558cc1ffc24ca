/// The words of an ASCII caption, in one pass over its bytes.
///
/// Nearly all words of captions are letters between blanks, which are read here; `TokenScanner` is asked for every
/// other token. Both give the same words; this one takes half the time.
struct PlainWords {
  private let bytes: UnsafeBufferPointer<UInt8>
  /// Made for the first token that is not plain.
  private var scanner: TokenScanner?

  /// - Parameter bytes: ASCII characters, which must outlive this value.
  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// Calls `body` with each token, until it returns false; lone full stops and commas may be left out.
  mutating func forEachToken(_ body: (String) -> Bool) {
    var i = 0
    while i < bytes.count {
      // Stops with blanks between may be an ellipsis.
      if isBlank(i) || isMark(i) && isBlank(i + 1) && !isStop(i + 2) {
        i += 1
      } else if let end = plainWordEnd(i) {
        guard body(lowercased(i..<end)) else { return }
        i = end
      } else {
        let scanner = self.scanner ?? TokenScanner(ascii: bytes)
        self.scanner = scanner
        let (token, end) = scanner.token(at: i)
        if let token, !body(token) { return }
        i = end
      }
    }
  }

  /// Returns the end of the letters and digits at `i`; nil if they may be another token than a plain word.
  ///
  /// A letter must begin them, and a blank must follow, with a comma or full stop before it at most.
  private func plainWordEnd(_ i: Int) -> Int? {
    guard isLetter(bytes[i]) else { return nil }
    let limit = min(bytes.count, i + TokenScanner.tokenLimit)
    var end = i + 1
    while end < limit, isLetter(bytes[end]) || isDigit(bytes[end]) { end += 1 }
    guard isBlank(end) || isMark(end) && isBlank(end + 1), !mayBeSplit(i, end) else { return nil }
    return isStop(end) && mayKeepStop(i, end) ? nil : end
  }

  /// True for "cannot", "gonna" and the like, and some plain words.
  private func mayBeSplit(_ i: Int, _ end: Int) -> Bool {
    guard end - i == 5 || end - i == 6, bytes[i + 2] | 0x20 == bytes[i + 3] | 0x20 else {
      return false
    }
    switch bytes[i] | 0x20 {
    case UInt8(ascii: "c"), UInt8(ascii: "g"), UInt8(ascii: "w"), UInt8(ascii: "l"): return true
    default: return false
    }
  }

  /// True for an initial, and for what may be an abbreviation.
  private func mayKeepStop(_ i: Int, _ end: Int) -> Bool {
    end - i == 1 || end - i <= 6 && TokenScanner.mayBeAbbreviation(lowercased(i..<end))
  }

  private func lowercased(_ range: Range<Int>) -> String {
    String(unsafeUninitializedCapacity: range.count) { word in
      // Letters differ from small ones in this bit, and all digits have it.
      for (offset, byte) in bytes[range].enumerated() { word[offset] = byte | 0x20 }
      return range.count
    }
  }

  // MARK: Bytes

  /// Returns true for a blank or control character, and beyond the end.
  private func isBlank(_ i: Int) -> Bool {
    i >= bytes.count || bytes[i] <= 0x20 || bytes[i] == 0x7F
  }

  private func isStop(_ i: Int) -> Bool { i < bytes.count && bytes[i] == UInt8(ascii: ".") }

  private func isMark(_ i: Int) -> Bool {
    i < bytes.count && (bytes[i] == UInt8(ascii: ".") || bytes[i] == UInt8(ascii: ","))
  }

  private func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }

  private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
}
