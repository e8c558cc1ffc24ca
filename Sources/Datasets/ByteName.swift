import Files

/// The name of a file, compared byte by byte.
///
/// Swift considers `é` in one scalar and in two to be the same text; a disk may hold both files.
struct ByteName: Hashable, Sendable {
  let text: String

  init(_ text: String) { self.text = text }

  static func == (a: ByteName, b: ByteName) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

  func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

/// The id of a record in an annotation file: a number, or a text that is not a number.
enum RecordID: Hashable, Sendable, CustomStringConvertible {
  case number(Int)
  case text(ByteName)

  /// Creates an id from a text; the text of a whole number becomes the number, since programs write
  /// `"9"` and `9` for the same id.
  init(_ text: String) {
    if let number = Int(text), String(number) == text {
      self = .number(number)
    } else {
      self = .text(ByteName(text))
    }
  }

  var number: Int? { if case .number(let number) = self { number } else { nil } }

  var text: String {
    switch self {
    case .number(let number): "\(number)"
    case .text(let name): name.text
    }
  }

  /// The id as shown in messages.
  var description: String {
    switch self {
    case .number(let number): "\(number)"
    case .text(let name): jsonString(name.text)
    }
  }
}
