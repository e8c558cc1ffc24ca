// Loosely compared names of columns and members: `file_name`, `FileName`, `File Name`, `file-name`.

/// Returns the letters and digits of `name`, in lower case.
func looseKey(_ name: String) -> String {
  String(name.lowercased().filter { $0.isLetter || $0.isNumber })
}

/// Returns true if `name` equals `known` apart from case, and from blanks and marks between
/// letters.
func isCalled(_ name: String, _ known: String) -> Bool {
  if name == known { return true }
  // The members of a large file are compared by the million, so no strings are allocated.
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

/// Returns the first of `known` that equals `name` loosely; `name` itself if there is none.
func member(_ name: String, of known: [String]) -> String {
  known.first { isCalled(name, $0) } ?? name
}

/// Returns the next letter or digit in lower case, or the next byte outside ASCII.
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
