// Names of files as text. To Linux a name is bytes, which old archives and cameras leave in encodings of
// their own; a `String` holds nothing but Unicode. So a byte that belongs to no UTF-8 stands in a text as one
// scalar, U+10FF00 and the byte, of the last private plane, and becomes that byte again where the system is
// asked (Python's surrogateescape, with scalars instead of half surrogates). A name that really has such a
// scalar is spelled byte by byte, so that no two names become one text.

/// The scalars that stand for the bytes 0x80 to 0xFF.
private let byteScalars: ClosedRange<UInt32> = 0x10FF80...0x10FFFF

extension Unicode.Scalar {
  /// The byte that the scalar stands for in the name of a file, if it is none of the text's own.
  package var nameByte: UInt8? {
    byteScalars.contains(value) ? UInt8(truncatingIfNeeded: value) : nil
  }
}

/// The text of a name, or of a path, that the system gave as `bytes`.
package func nameText(_ bytes: some Collection<UInt8>) -> String {
  if let text = String(validating: bytes, as: UTF8.self), isUTF8Name(text) { return text }
  var text = String.UnicodeScalarView()
  var rest = Array(bytes)[...]
  while let first = rest.first {
    // A scalar has up to four bytes.
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

/// The bytes that the system knows a name, or a path, by.
package func nameBytes(_ text: String) -> [UInt8] {
  if isUTF8Name(text) { return Array(text.utf8) }
  return text.unicodeScalars.flatMap { scalar in
    scalar.nameByte.map { [$0] } ?? Array(String(scalar).utf8)
  }
}

/// Whether a name is the UTF-8 that its text seems to be.
package func isUTF8Name(_ text: String) -> Bool {
  // The first byte of plane 16, and of nothing else.
  !text.utf8.contains(0xF4) || !text.unicodeScalars.contains { $0.nameByte != nil }
}

/// The name for people and for JSON: what is no UTF-8 stands as `\xE9`.
package func visibleName(_ text: String) -> String {
  if isUTF8Name(text) { return text }
  return text.unicodeScalars.map { scalar in
    scalar.nameByte.map { "\\x" + String($0, radix: 16, uppercase: true) } ?? String(scalar)
  }.joined()
}

/// A path as system calls take it, with the NUL that ends it.
package func systemPath(_ path: String) -> [CChar] {
  nameBytes(path).map { CChar(bitPattern: $0) } + [0]
}
