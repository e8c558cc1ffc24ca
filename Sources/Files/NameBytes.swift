// File names as text. A Linux file name is a sequence of bytes in any encoding; a `String` is Unicode. A byte
// that is not part of valid UTF-8 is mapped to the scalar U+10FF00 plus the byte, in the last private-use
// plane, and back to the byte for system calls (as Python's surrogateescape, but with scalars instead of lone
// surrogates). A name that really has such a scalar is mapped byte by byte, so that different names give
// different texts.

/// The scalars that stand for the bytes 0x80 to 0xFF.
private let byteScalars: ClosedRange<UInt32> = 0x10FF80...0x10FFFF

extension Unicode.Scalar {
  /// The byte of a file name that the scalar stands for; nil for an ordinary scalar.
  package var nameByte: UInt8? {
    byteScalars.contains(value) ? UInt8(truncatingIfNeeded: value) : nil
  }
}

/// Returns the text for a file name or path given as `bytes`.
package func nameText(_ bytes: some Collection<UInt8>) -> String {
  if let text = String(validating: bytes, as: UTF8.self), isUTF8Name(text) { return text }
  var text = String.UnicodeScalarView()
  var rest = Array(bytes)[...]
  while let first = rest.first {
    // A scalar has up to four bytes in UTF-8.
    let scalar = (1...4).lazy.filter { $0 <= rest.count }
      .compactMap { String(validating: rest.prefix($0), as: UTF8.self)?.unicodeScalars.first }.first
    if let scalar, scalar.nameByte == nil {
      text.append(scalar)
      rest = rest.dropFirst(UTF8.width(scalar))
    } else {
      if let byte = Unicode.Scalar(0x10FF00 + UInt32(first)) { text.append(byte) }
      rest = rest.dropFirst()
    }
  }
  return String(text)
}

/// Returns the bytes of a file name or path for system calls.
package func nameBytes(_ text: String) -> [UInt8] {
  if isUTF8Name(text) { return Array(text.utf8) }
  return text.unicodeScalars.flatMap { scalar in
    scalar.nameByte.map { [$0] } ?? Array(String(scalar).utf8)
  }
}

/// Returns true if the name is valid UTF-8, without mapped bytes.
package func isUTF8Name(_ text: String) -> Bool {
  // 0xF4 begins the scalars of plane 16, and no others.
  !text.utf8.contains(0xF4) || !text.unicodeScalars.contains { $0.nameByte != nil }
}

/// Returns the name for display and JSON, with bytes that are not UTF-8 written as `\xE9`.
package func visibleName(_ text: String) -> String {
  if isUTF8Name(text) { return text }
  return text.unicodeScalars.map { scalar in
    scalar.nameByte.map { "\\x" + String($0, radix: 16, uppercase: true) } ?? String(scalar)
  }.joined()
}

/// Returns a path as a NUL-terminated C string.
package func systemPath(_ path: String) -> [CChar] {
  nameBytes(path).map { CChar(bitPattern: $0) } + [0]
}
