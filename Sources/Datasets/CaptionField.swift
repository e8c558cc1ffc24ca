import Files

/// Returns the name of a column or member of captions without a number or plural: `caption` for
/// `Captions`, `caption_2` and `caption 3`.
func captionKind(_ name: String) -> String {
  var kind = name.lowercased().filter { $0.isLetter || $0.isNumber }
  while kind.last?.isNumber == true { kind.removeLast() }
  if kind.hasSuffix("s"), kind.count > 1 { kind.removeLast() }
  return kind
}

/// Returns all captions in several fields of a table.
func captions(inFields fields: some Sequence<String>) throws(DatasetError.Problem) -> [String] {
  // Of several columns some may be empty.
  let filled = fields.filter { !trimmed($0).isEmpty }
  guard !filled.isEmpty else { return [""] }
  var all: [String] = []
  for field in filled { all += try captions(inField: field) }
  return all
}

/// Returns the captions in a field of a table: one, or those of a list in the syntax of JSON or
/// Python.
///
///     ["one dog", "two dogs"]        ['one dog', "a dog's toy"]
///
/// NumPy writes lists without commas.
///
/// - Throws: An error if it is a list of anything but texts.
func captions(inField field: String) throws(DatasetError.Problem) -> [String] {
  let field = trimmed(field)
  guard field.hasPrefix("["), field.hasSuffix("]") else { return [field] }
  let list = (try? JSONValue(reading: Array(field.utf8)))?.elements
  if let list {
    // An empty list is treated as an empty field.
    if list.isEmpty { return [""] }
    let texts = list.compactMap(\.string)
    if texts.count == list.count { return texts }
  } else {
    if let texts = pythonTexts(field.dropFirst().dropLast()) { return texts }
    // Blanks, and words in brackets, may also begin a caption.
    let first = field.unicodeScalars.dropFirst().first { $0 != " " }
    guard first == "'" || first == "\"" else { return [field] }
  }
  throw .wrongValue(
    member: "", expected: "a text or a list of texts", found: String(field.prefix(60)))
}

/// Returns the texts between the brackets of a Python list; nil if there is anything else.
private func pythonTexts(_ list: Substring) -> [String]? {
  var texts: [String] = []
  var rest = list.unicodeScalars
  while let scalar = rest.popFirst() {
    switch scalar {
    case " ", "\n", "\r", "\t": continue
    case "," where !texts.isEmpty: continue
    case "'", "\"":
      guard let text = pythonText(&rest, until: scalar) else { return nil }
      texts.append(text)
    default: return nil
    }
  }
  return texts.isEmpty ? nil : texts
}

/// Reads a text after its opening quote; nil if the closing quote is missing, or an escape is
/// unknown.
private func pythonText(
  _ rest: inout Substring.UnicodeScalarView, until quote: Unicode.Scalar
) -> String? {
  var text = String.UnicodeScalarView()
  while let scalar = rest.popFirst() {
    if scalar == quote { return String(text) }
    guard scalar == "\\" else {
      text.append(scalar)
      continue
    }
    guard let meant = pythonEscape(&rest) else { return nil }
    text.append(meant)
  }
  return nil
}

/// Returns the character that a backslash and the characters after it stand for, as in Python's
/// `repr`.
private func pythonEscape(_ rest: inout Substring.UnicodeScalarView) -> Unicode.Scalar? {
  let digitCounts: [Unicode.Scalar: Int] = ["x": 2, "u": 4, "U": 8]
  switch rest.popFirst() {
  case "n": return "\n"
  case "r": return "\r"
  case "t": return "\t"
  case let mark? where ["'", "\"", "\\"].contains(mark): return mark
  case let mark?:
    guard let count = digitCounts[mark], rest.count >= count else { return nil }
    let digits = String(rest.prefix(count))
    rest.removeFirst(count)
    return UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init)
  case nil: return nil
  }
}
