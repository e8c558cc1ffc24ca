import Files

/// A registry entry with values for its options, such as `gru` with `reset=before`.
///
/// Users type it as one argument: `NAME`, or `NAME:OPTION=VALUE,OPTION=VALUE`. An option that is true or
/// false may stand without a value and is true then.
package struct Configured<Entry: RegistryEntry>: Sendable {
  package let entry: Entry
  /// The values that were given, by the names of their options.
  private var given: [String: any OptionValue] = [:]

  /// The entry with the default of each option.
  package init(_ entry: Entry) { self.entry = entry }

  /// Reads what a user typed, such as `gru:reset=before`.
  ///
  /// - Throws: `RegistryError` for a name, an option or a value that there is not.
  package init(argument: String) throws(RegistryError) {
    let parts = argument.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    self.init(try Entry.named(String(parts[0])))
    guard parts.count > 1 else { return }
    guard !parts[1].isEmpty else { throw .missingOptions(entry.name) }
    for setting in parts[1].split(separator: ",", omittingEmptySubsequences: false) {
      let pair = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(pair[0])
      guard let option = entry.options.first(where: { $0.name == name }) else {
        throw .unknownOption(
          "\(Entry.noun) \(entry.name)", name, known: entry.options.map(\.name))
      }
      guard given[name] == nil else { throw .repeatedOption("\(entry.name):\(name)") }
      guard pair.count > 1 || option is FlagOption else {
        throw .missingValue("\(entry.name):\(name)", expectation: option.expectation)
      }
      try set(option, to: pair.count > 1 ? String(pair[1]) : "true")
    }
  }

  private mutating func set(
    _ option: some ComponentOption, to text: String
  ) throws(RegistryError) {
    guard let value = option.value(text) else {
      throw .unfitValue("\(entry.name):\(option.name)", text, expectation: option.expectation)
    }
    given[option.name] = value
  }

  /// The value of an option: the one given, or else its default.
  ///
  /// An option that the entry does not have keeps its default.
  package subscript<Option: ComponentOption>(option: Option) -> Option.Value {
    get { given[option.name] as? Option.Value ?? option.defaultValue }
    set {
      if entry.options.contains(where: { $0.name == option.name }) { given[option.name] = newValue }
    }
  }

  /// Returns true if the entry has this option.
  package func has(_ option: some ComponentOption) -> Bool {
    entry.options.contains { $0.name == option.name }
  }

  /// Returns true if this option has been given a value.
  package func gives(_ option: some ComponentOption) -> Bool { given[option.name] != nil }

  /// Returns true if `other` is of the same entry and has each value that was given here.
  package func agrees(with other: Configured) -> Bool {
    func agrees(on option: some ComponentOption) -> Bool {
      !gives(option) || self[option] == other[option]
    }
    return entry == other.entry && entry.options.allSatisfy { agrees(on: $0) }
  }

  /// Returns the same with another value of an option.
  package func with<Option: ComponentOption>(
    _ option: Option, _ value: Option.Value
  ) -> Configured {
    var copy = self
    copy[option] = value
    return copy
  }

  /// The argument that a user would type for it: the name, and the options that differ from their defaults.
  package var text: String { text(leavingOut: []) }

  /// The same without some options, given by name.
  package func text(leavingOut names: [String]) -> String {
    let settings = entry.options.filter { !names.contains($0.name) }.compactMap { setting($0) }
    return settings.isEmpty
      ? entry.name : "\(entry.name):\(settings.joined(separator: ","))"
  }

  private func setting(_ option: some ComponentOption) -> String? {
    let value = self[option]
    return value == option.defaultValue ? nil : "\(option.name)=\(value.optionText)"
  }

  /// The members of a JSON object for it: `type`, and every option.
  package var members: [JSONValue.Member] {
    func member(_ option: some ComponentOption) -> JSONValue.Member {
      .init(option.key, self[option].optionJSON)
    }
    return [.init("type", .string(entry.type))] + entry.options.map { member($0) }
  }
}

extension Configured: Hashable {
  package static func == (one: Configured, other: Configured) -> Bool {
    func agree(on option: some ComponentOption) -> Bool { one[option] == other[option] }
    return one.entry == other.entry && one.entry.options.allSatisfy { agree(on: $0) }
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(entry) }
}

extension RegistryEntry {
  /// Returns the entry with a value for one of its options.
  package func with<Option: ComponentOption>(
    _ option: Option, _ value: Option.Value
  ) -> Configured<Self> { Configured(self).with(option, value) }
}
