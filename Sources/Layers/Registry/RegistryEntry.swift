/// One value for each cell, decoder or encoder that users choose by name.
///
/// An entry holds everything that the program needs to know: its name on the command line and in
/// `config.json`, its options, and its maker. To add one, write it beside the type it makes and name it in
/// `all`.
package protocol RegistryEntry: Sendable, Hashable {
  /// The word for an entry in messages, such as "decoder".
  static var noun: String { get }
  /// All entries, in the order in which they are listed.
  static var all: [Self] { get }

  /// The name that users type, such as `show-attend-tell`.
  var name: String { get }
  /// Other names that users may type.
  var aliases: [String] { get }
  /// The name in `config.json`, such as `show_attend_tell`.
  var type: String { get }
  /// The settings that only this entry has.
  var options: [any ComponentOption] { get }
}

extension RegistryEntry {
  package var aliases: [String] { [] }
  package var type: String { String(name.map { $0 == "-" ? "_" : $0 }) }
  package var options: [any ComponentOption] { [] }

  // Names are unique, so they stand for the whole entry.
  package static func == (one: Self, other: Self) -> Bool { one.name == other.name }
  package func hash(into hasher: inout Hasher) { hasher.combine(name) }

  /// The names of all entries, for help texts: "lstm, gru or rnn".
  package static var nameList: String { all.map(\.name).listed(with: "or") }

  /// Returns the entry that users call `name`.
  ///
  /// - Throws: `RegistryError` that lists all names if there is none.
  package static func named(_ name: String) throws(RegistryError) -> Self {
    guard let entry = all.first(where: { $0.name == name || $0.aliases.contains(name) }) else {
      throw .unknownName(noun, name, known: all.map(\.name))
    }
    return entry
  }

  /// Returns the entry that `config.json` calls `type`; nil if there is none.
  package static func ofType(_ type: String) -> Self? { all.first { $0.type == type } }
}

extension [String] {
  /// The elements with commas, and `conjunction` before the last: "lstm, gru or rnn".
  package func listed(with conjunction: String) -> String {
    guard count > 1 else { return first ?? "" }
    return dropLast().joined(separator: ", ") + " \(conjunction) " + self[count - 1]
  }
}
