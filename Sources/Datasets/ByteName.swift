import Files

/// The name of a file, compared byte by byte.
///
/// Swift considers `é` in one scalar and in two to be the same text; a disk may hold both files.
package struct ByteName: Hashable, Sendable {
  package let text: String

  package init(_ text: String) { self.text = text }

  package static func == (a: ByteName, b: ByteName) -> Bool {
    a.text.utf8.elementsEqual(b.text.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

/// The id of a record in an annotation file: a number, or a text that is not a number.
package enum RecordID: Hashable, Sendable, CustomStringConvertible {
  case number(Int)
  case text(ByteName)

  /// Creates an id from a text; the text of a whole number becomes the number, since programs write
  /// `"9"` and `9` for the same id.
  package init(_ text: String) {
    if let number = Int(text), String(number) == text {
      self = .number(number)
    } else {
      self = .text(ByteName(text))
    }
  }

  package var number: Int? { if case .number(let number) = self { number } else { nil } }

  package var text: String {
    switch self {
    case .number(let number): "\(number)"
    case .text(let name): name.text
    }
  }

  /// The id as a number or a text.
  package var json: JSONValue {
    switch self {
    // JSON's numbers are exact up to 2^53 for most readers.
    case .number(let number) where number.magnitude < 1 << 53: .number(Double(number))
    case .number(let number): .string("\(number)")
    case .text(let name): .string(name.text)
    }
  }

  /// The id as shown in messages.
  package var description: String {
    switch self {
    case .number(let number): "\(number)"
    case .text(let name): jsonString(name.text)
    }
  }
}
