import Files
import Layers
import Media

/// A setting of a configuration that cannot be used, and the reason.
package struct ConfigurationProblem: Error, Sendable, Equatable {
  package let key: String
  package let problem: String
}

/// An object of a configuration, whose members are checked as they are read.
struct ConfigurationFields {
  let json: JSONValue
  private let name: String

  init(_ json: JSONValue, in name: String) { (self.json, self.name) = (json, name) }

  func path(_ key: String) -> String { name.isEmpty ? key : "\(name).\(key)" }

  func object(_ key: String) throws(ConfigurationProblem) -> ConfigurationFields {
    guard let value = json[key], case .object = value else { throw wrong(key, "an object") }
    return ConfigurationFields(value, in: path(key))
  }

  func string(_ key: String) throws(ConfigurationProblem) -> String {
    guard let value = json[key]?.string else { throw wrong(key, "a text") }
    return value
  }

  func integer(_ key: String, in range: ClosedRange<Int>) throws(ConfigurationProblem) -> Int {
    guard let value = json[key]?.integer, range.contains(value) else {
      throw wrong(key, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  func number(_ key: String, in range: ClosedRange<Double>) throws(ConfigurationProblem) -> Double {
    guard let value = json[key]?.number, range.contains(value) else {
      throw wrong(key, "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// Reads true or false; false if the member is missing.
  func flag(_ key: String) throws(ConfigurationProblem) -> Bool {
    switch json[key] {
    case nil: false
    case .boolean(let value): value
    default: throw wrong(key, "true or false")
    }
  }

  func threeNumbers(_ key: String) throws(ConfigurationProblem) -> [Float] {
    let numbers = json[key]?.elements?.compactMap(\.number).map(Float.init) ?? []
    guard numbers.count == 3, json[key]?.elements?.count == 3, numbers.allSatisfy(\.isFinite) else {
      throw wrong(key, "three numbers")
    }
    return numbers
  }

  func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, _: Choice.Type, default fallback: Choice? = nil
  ) throws(ConfigurationProblem) -> Choice where Choice.RawValue == String {
    if json[key] == nil, let fallback { return fallback }
    guard let value = json[key]?.string.flatMap(Choice.init) else {
      throw wrong(key, "one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return value
  }

  /// The registry entry that the member names.
  func entry<Entry: RegistryEntry>(
    _ key: String, _: Entry.Type
  ) throws(ConfigurationProblem) -> Entry {
    let name = json[key]?.string
    if let name, let entry = Entry.ofType(name) { return entry }
    let types = Entry.all.map(\.type)
    let meant = name.flatMap { nearest(to: $0, among: types) }
    throw wrong(
      key,
      "one of \(types.joined(separator: ", "))"
        + (meant.map { " (did you mean \"\($0)\"?)" } ?? ""))
  }

  func lengthPenalty(_ key: String) throws(ConfigurationProblem) -> LengthPenalty {
    guard let value = json[key] else { return .none }
    guard let penalty = LengthPenalty(json: value) else {
      throw wrong(key, "\"average\" or a number from 0 to 10")
    }
    return penalty
  }

  func frames(_ key: String) throws(ConfigurationProblem) -> ClipSampling.Frames {
    guard let value = json[key], let frames = ClipSampling.Frames(json: value) else {
      throw ConfigurationProblem(
        key: path(key),
        problem: "must be a number from 1 to 1000, or {\"every\": n, \"at_most\": m}")
    }
    return frames
  }

  /// A registry entry, named by the member `type`, and its options.
  func configured<Entry: RegistryEntry>(
    _: Entry.Type
  ) throws(ConfigurationProblem) -> Configured<Entry> {
    var configured = Configured(try entry("type", Entry.self))
    func read<Option: ComponentOption>(_ option: Option) throws(ConfigurationProblem) {
      guard let json = json[option.key] else { return }
      guard let value = option.value(json) else { throw wrong(option.key, option.expectation) }
      configured[option] = value
    }
    for option in configured.entry.options { try read(option) }
    // An unknown key may be a newer Cutline's; an option of another entry is a mistake.
    for other in Entry.all {
      for option in other.options where json[option.key] != nil && !configured.has(option) {
        throw ConfigurationProblem(
          key: path(option.key),
          problem: "is an option of \(other.type), not of \(configured.entry.type)")
      }
    }
    return configured
  }

  private func wrong(_ key: String, _ expected: String) -> ConfigurationProblem {
    let found = json[key].map { "is \($0.compactText.prefix(60))" } ?? "is missing"
    return ConfigurationProblem(key: path(key), problem: "\(found), but must be \(expected)")
  }
}
