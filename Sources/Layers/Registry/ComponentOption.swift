import Files

/// A setting that one registry entry has and others lack, such as the attention size of a decoder.
package protocol ComponentOption: Sendable {
  associatedtype Value: OptionValue

  /// The name that users type, such as `attention-size`.
  var name: String { get }
  var defaultValue: Value { get }
  /// The values that are allowed, for messages: "a whole number from 1 to 65536".
  var expectation: String { get }
  /// One sentence for help texts.
  var help: String { get }

  /// Returns true if the option can have this value.
  func allows(_ value: Value) -> Bool
}

extension ComponentOption {
  /// The name in `config.json`, such as `attention_size`.
  package var key: String { String(name.map { $0 == "-" ? "_" : $0 }) }

  /// Returns the value that `text` spells; nil if it spells none that is allowed.
  package func value(_ text: String) -> Value? {
    Value(optionText: text).flatMap { allows($0) ? $0 : nil }
  }

  /// Returns the value that `json` holds; nil if it holds none that is allowed.
  package func value(_ json: JSONValue) -> Value? {
    Value(optionJSON: json).flatMap { allows($0) ? $0 : nil }
  }
}

/// A value of an option, as text on the command line and as JSON in `config.json`.
package protocol OptionValue: Sendable, Hashable {
  init?(optionText: String)
  init?(optionJSON: JSONValue)
  var optionText: String { get }
  var optionJSON: JSONValue { get }
}

extension Int: OptionValue {
  package init?(optionText: String) { self.init(optionText) }

  package init?(optionJSON: JSONValue) {
    guard let value = optionJSON.integer else { return nil }
    self = value
  }

  package var optionText: String { "\(self)" }
  package var optionJSON: JSONValue { .number(Double(self)) }
}

extension Bool: OptionValue {
  package init?(optionText: String) { self.init(optionText) }

  package init?(optionJSON: JSONValue) {
    guard case .boolean(let value) = optionJSON else { return nil }
    self = value
  }

  package var optionText: String { "\(self)" }
  package var optionJSON: JSONValue { .boolean(self) }
}

extension OptionValue where Self: RawRepresentable, RawValue == String {
  package init?(optionText: String) { self.init(rawValue: optionText) }

  package init?(optionJSON: JSONValue) {
    guard let text = optionJSON.string else { return nil }
    self.init(rawValue: text)
  }

  package var optionText: String { rawValue }
  package var optionJSON: JSONValue { .string(rawValue) }
}

/// An option that is a whole number.
package struct IntegerOption: ComponentOption {
  package let name: String
  package let range: ClosedRange<Int>
  package let defaultValue: Int
  package let help: String

  package init(_ name: String, in range: ClosedRange<Int>, default value: Int, help: String) {
    (self.name, self.range, defaultValue, self.help) = (name, range, value, help)
  }

  package var expectation: String {
    "a whole number from \(range.lowerBound) to \(range.upperBound)"
  }

  package func allows(_ value: Int) -> Bool { range.contains(value) }
}

/// An option that is true or false.
package struct FlagOption: ComponentOption {
  package let name: String
  package let defaultValue: Bool
  package let help: String

  package init(_ name: String, default value: Bool, help: String) {
    (self.name, defaultValue, self.help) = (name, value, help)
  }

  package var expectation: String { "true or false" }

  package func allows(_ value: Bool) -> Bool { true }
}

/// An option that is one of a few words.
package struct ChoiceOption<Value: OptionValue & CaseIterable>: ComponentOption {
  package let name: String
  package let defaultValue: Value
  package let help: String

  package init(_ name: String, default value: Value, help: String) {
    (self.name, defaultValue, self.help) = (name, value, help)
  }

  package var expectation: String { Value.allCases.map(\.optionText).listed(with: "or") }

  package func allows(_ value: Value) -> Bool { true }
}
