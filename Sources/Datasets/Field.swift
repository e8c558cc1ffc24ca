import Files

/// The value of a member of a record, which may be missing or of the wrong kind.
///
/// A wrong value is an error of its record, not of the whole file.
enum Field<Value> {
  /// A missing member, or null.
  case missing
  case value(Value)
  /// A value of the wrong kind, described as "a list".
  case wrong(String)

  /// Returns the value, if it exists.
  ///
  /// - Parameters:
  ///   - name: The place in the record, for messages.
  ///   - expected: The required kind: "a text".
  /// - Returns: The value; nil where there is none.
  /// - Throws: An error if it is of another kind.
  func optional(
    _ name: String, _ expected: String = "a text"
  ) throws(DatasetError.Problem) -> Value? {
    switch self {
    case .missing: return nil
    case .value(let value): return value
    case .wrong(let found):
      throw .wrongValue(member: name, expected: expected, found: found)
    }
  }

  var isMissing: Bool { if case .missing = self { true } else { false } }

  /// Returns the value, which must exist.
  func required(_ name: String, _ expected: String = "a text") throws(DatasetError.Problem) -> Value
  {
    guard let value = try optional(name, expected) else { throw .missingField(name) }
    return value
  }

  func map<Other>(_ transform: (Value) -> Other) -> Field<Other> {
    switch self {
    case .missing: .missing
    case .value(let value): .value(transform(value))
    case .wrong(let found): .wrong(found)
    }
  }
}

extension Field<Texts> {
  /// True if it has texts, and all of them are blank.
  var isBlank: Bool {
    guard case .value(let texts) = self else { return false }
    return texts.texts.allSatisfy { text in
      if case .value(let text) = text { trimmed(text).isEmpty } else { false }
    }
  }
}

extension Field: Sendable where Value: Sendable {}

extension Field<RecordID> {
  func requiredID(_ name: String) throws(DatasetError.Problem) -> RecordID {
    try required(name, "a whole number or a text")
  }
}

extension Field<String> {
  /// Returns the named split, if there is one.
  func knownSplit() throws(DatasetError.Problem) -> CaptionDataset.Split? {
    guard let name = try optional("split") else { return nil }
    guard let split = CaptionDataset.Split(named: name) else { throw .unknownSplit(name) }
    return split
  }
}

// MARK: - Reading

extension JSONReader {
  /// Reads a text.
  mutating func textField() throws(JSONError) -> Field<String> {
    guard try peek() == .string else { return try otherField() }
    return try readStringIfProper().map { .value($0) } ?? .wrong("a text with broken characters")
  }

  /// Reads a number or a text that identifies a record.
  mutating func idField() throws(JSONError) -> Field<RecordID> {
    switch try peek() {
    case .number:
      return switch try readWholeNumber() {
      // A number with more digits than an `Int` becomes a text.
      case .digits(let digits): .value(RecordID(digits))
      case .fraction: .wrong("a fraction")
      case .inexact: .wrong("a number without its last digits")
      }
    case .string: return try textField().map(RecordID.init)
    default: return try otherField()
    }
  }

  /// Reads a number.
  mutating func numberField() throws(JSONError) -> Field<Double> {
    guard try peek() == .number else { return try otherField() }
    return .value(try readNumber())
  }

  /// Reads a text, or a list of texts.
  mutating func textsField() throws(JSONError) -> Field<Texts> {
    switch try peek() {
    case .string: return try textField().map { Texts(isList: false, texts: [.value($0)]) }
    case .array:
      return try listField { reader throws(JSONError) in try reader.textField() }
        .map { Texts(isList: true, texts: $0) }
    default: return try otherField()
    }
  }

  /// Reads a list.
  mutating func listField<Element>(
    _ read: (inout JSONReader) throws(JSONError) -> Element
  ) throws(JSONError) -> Field<[Element]> {
    guard try peek() == .array else { return try otherField() }
    var elements: [Element] = []
    try beginArray()
    while try nextElement() { elements.append(try read(&self)) }
    return .value(elements)
  }

  /// Reads an object, member by member.
  ///
  /// - Parameter read: Reads the value of a key.
  /// - Returns: True if the value is an object.
  /// - Throws: The position of invalid JSON.
  mutating func objectField(
    _ read: (String, inout JSONReader) throws(JSONError) -> Void
  ) throws(JSONError) -> Field<Void> {
    guard try peek() == .object else { return try otherField() }
    try beginObject()
    while let key = try nextKey() { try read(key, &self) }
    return .value(())
  }

  /// Skips a value of the wrong kind.
  private mutating func otherField<Value>() throws(JSONError) -> Field<Value> {
    let kind = try peek()
    try skipValue()
    return switch kind {
    // Python's pandas writes NaN for a missing value.
    case .null, .notANumber: .missing
    case .object: .wrong("an object")
    case .array: .wrong("a list")
    case .string: .wrong("a text")
    case .number: .wrong("a number")
    case .boolean: .wrong("true or false")
    }
  }
}

/// The captions of a record, which may be one text or a list.
struct Texts: Sendable {
  let isList: Bool
  let texts: [Field<String>]
}

extension Field<Void> {
  /// Throws unless the record is an object.
  func requireObject() throws(DatasetError.Problem) {
    switch self {
    case .value: break
    case .missing: throw .wrongValue(member: "", expected: "an object", found: "null")
    case .wrong(let found): throw .wrongValue(member: "", expected: "an object", found: found)
    }
  }
}
