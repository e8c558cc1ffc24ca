// Names of columns and members as people write them: `file_name`, `FileName`, `File Name`, `file-name`.

/// The letters and digits of `name`, in lower case.
func looseKey(_ name: String) -> String {
  String(name.lowercased().filter { $0.isLetter || $0.isNumber })
}

/// Whether `name` is `known` but for the case, and for blanks and marks between its letters.
func isCalled(_ name: String, _ known: String) -> Bool {
  if name == known { return true }
  // The members of a large file are compared by the million: without texts of their own.
  var (names, knowns) = (name.utf8.makeIterator(), known.utf8.makeIterator())
  var isEmpty = true
  while true {
    let (a, b) = (nextTelling(&names), nextTelling(&knowns))
    if (a ?? 0) >= 0x80 || (b ?? 0) >= 0x80 { return looseKey(name) == looseKey(known) }
    guard a == b else { return false }
    if a == nil { return !isEmpty }
    isEmpty = false
  }
}

/// The first of `known` that `name` is called as; `name` itself where it is none of them.
func member(_ name: String, of known: [String]) -> String {
  known.first { isCalled(name, $0) } ?? name
}

/// The next letter or digit in lower case, or the next byte of what is not ASCII.
private func nextTelling(_ bytes: inout String.UTF8View.Iterator) -> UInt8? {
  while let byte = bytes.next() {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): return byte | 0x20
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...:
      return byte
    default: continue
    }
  }
  return nil
}
