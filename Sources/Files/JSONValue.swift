/// A small JSON document in memory, such as a configuration or a result.
package enum JSONValue: Sendable, Equatable {
  case object([Member])
  case array([JSONValue])
  case string(String)
  case number(Double)
  case boolean(Bool)
  case null

  /// A key and its value; members keep the order of the text.
  package struct Member: Sendable, Equatable {
    package let key: String
    package let value: JSONValue

    package init(_ key: String, _ value: JSONValue) { (self.key, self.value) = (key, value) }
  }

  /// Parses a whole document; the first of repeated keys counts, as in Foundation.
  package init(reading bytes: UnsafeRawBufferPointer) throws(JSONError) {
    self = try JSONReader.read(bytes) { (reader: inout JSONReader) throws(JSONError) -> JSONValue in
      try JSONValue(next: &reader)
    }
  }

  package init(reading bytes: [UInt8]) throws(JSONError) {
    self = try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) -> JSONValue in
      try JSONValue(reading: UnsafeRawBufferPointer(buffer))
    }
  }

  /// Reads the next value.
  package init(next reader: inout JSONReader) throws(JSONError) {
    switch try reader.peek() {
    case .object:
      var members: [Member] = []
      try reader.beginObject()
      while let key = try reader.nextKey() {
        members.append(Member(key, try JSONValue(next: &reader)))
      }
      self = .object(members)
    case .array:
      var elements: [JSONValue] = []
      try reader.beginArray()
      while try reader.nextElement() { elements.append(try JSONValue(next: &reader)) }
      self = .array(elements)
    case .string: self = .string(try reader.readString())
    case .number: self = .number(try reader.readNumber())
    case .boolean: self = .boolean(try reader.readBoolean())
    case .null, .notANumber:
      try reader.skipValue()
      self = .null
    }
  }

  // MARK: Access

  package subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  package var string: String? {
    if case .string(let value) = self { value } else { nil }
  }

  package var number: Double? {
    if case .number(let value) = self { value } else { nil }
  }

  /// The number as an integer; nil if it is fractional or does not fit.
  package var integer: Int? { number.flatMap(Int.init(exactly:)) }

  package var elements: [JSONValue]? {
    if case .array(let values) = self { values } else { nil }
  }

  // MARK: Writing

  /// The document on one line.
  package var compactText: String {
    switch self {
    case .object(let members):
      "{" + members.map { "\(jsonString($0.key)):\($0.value.compactText)" }.joined(separator: ",")
        + "}"
    case .array(let values): "[" + values.map(\.compactText).joined(separator: ",") + "]"
    default: scalarText
    }
  }

  /// The document on several lines, indented by two spaces per level; arrays of scalars stay on one line.
  package var prettyText: String { text(indentedBy: "") }

  private func text(indentedBy indent: String) -> String {
    let inner = indent + "  "
    switch self {
    case .object(let members) where !members.isEmpty:
      let lines = members.map {
        "\(inner)\(jsonString($0.key)): \($0.value.text(indentedBy: inner))"
      }
      return "{\n\(lines.joined(separator: ",\n"))\n\(indent)}"
    case .array(let values) where values.contains { $0.isContainer }:
      let lines = values.map { inner + $0.text(indentedBy: inner) }
      return "[\n\(lines.joined(separator: ",\n"))\n\(indent)]"
    case .array(let values): return "[" + values.map(\.scalarText).joined(separator: ", ") + "]"
    default: return scalarText
    }
  }

  private var isContainer: Bool {
    switch self {
    case .object, .array: true
    default: false
    }
  }

  private var scalarText: String {
    switch self {
    case .string(let value): jsonString(value)
    // Whole numbers are written without a fraction, as readers in other languages may expect an integer.
    case .number(let value): Int(exactly: value).map(String.init) ?? "\(value)"
    case .boolean(let value): value ? "true" : "false"
    case .object: "{}"
    case .array: "[]"
    case .null: "null"
    }
  }
}

extension JSONValue: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral,
  ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral
{
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(elements.map { Member($0, $1) })
  }
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int) { self = .number(Double(value)) }
  package init(floatLiteral value: Double) { self = .number(value) }
  package init(booleanLiteral value: Bool) { self = .boolean(value) }
}
