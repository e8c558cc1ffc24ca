import Files

/// A file's name, equal to another only byte by byte.
///
/// Swift takes `é` in one scalar and in two for the same text; a disk may hold a file of either name.
struct ByteName: Hashable, Sendable {
  let text: String

  init(_ text: String) { self.text = text }

  static func == (a: ByteName, b: ByteName) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

  func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

/// What an annotation file calls a record: a number, or a text that is none.
enum RecordID: Hashable, Sendable, CustomStringConvertible {
  case number(Int)
  case text(ByteName)

  /// Takes the text of a whole number for the number: programs write `"9"` and `9` for the same id.
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

  /// As messages show it.
  var description: String {
    switch self {
    case .number(let number): "\(number)"
    case .text(let name): jsonString(name.text)
    }
  }
}
