/// A name, an option or a value that no registry entry has.
package struct RegistryError: Error, Sendable, Equatable, CustomStringConvertible {
  package let description: String

  private init(_ description: String) { self.description = description }

  /// There is no entry of that name.
  package static func unknownName(
    _ noun: String, _ name: String, known: [String]
  ) -> RegistryError {
    RegistryError(
      "there is no \(noun) '\(name.prefix(60))'."
        + (nearest(to: name, among: known).map { " Did you mean \($0)?" } ?? "")
        + " There are: \(known.joined(separator: ", ")).")
  }

  /// The entry `owner` has no option of that name.
  package static func unknownOption(
    _ owner: String, _ name: String, known: [String]
  ) -> RegistryError {
    RegistryError(
      "\(owner) has no option '\(name.prefix(60))'."
        + (nearest(to: name, among: known).map { " Did you mean \($0)?" } ?? "")
        + (known.isEmpty ? " It has none." : " It has: \(known.joined(separator: ", "))."))
  }

  /// The name ends in a colon, and no option follows.
  package static func missingOptions(_ name: String) -> RegistryError {
    RegistryError("no option follows the colon of '\(name):'. Leave the colon out.")
  }

  /// The option is given without a value.
  package static func missingValue(_ option: String, expectation: String) -> RegistryError {
    RegistryError("\(option) needs a value: \(expectation), after an equals sign.")
  }

  /// The option is given more than once.
  package static func repeatedOption(_ option: String) -> RegistryError {
    RegistryError("\(option) is given more than once. Leave one out.")
  }

  /// The option cannot have that value.
  package static func unfitValue(
    _ option: String, _ value: String, expectation: String
  ) -> RegistryError {
    RegistryError("\(option) must be \(expectation), not '\(value.prefix(60))'.")
  }
}

/// Returns the one of `names` that someone who typed `name` most likely meant; nil if none is close.
///
/// Close means at most one slip of the finger for every three letters, or for the whole of a shorter name.
package func nearest(to name: String, among names: [String]) -> String? {
  // Nobody misspells a page, and the work grows with the square of the length.
  let typed = Array(name.lowercased().prefix(60))
  let distances = names.map { (name: $0, slips: slips(typed, Array($0.lowercased()))) }
  let limit = max(1, typed.count / 3)
  return distances.filter { $0.slips <= limit }.min { $0.slips < $1.slips }?.name
}

/// The number of letters to insert, delete, replace or swap with their neighbour that turns one word into
/// the other (optimal string alignment distance; Damerau, 1964).
private func slips(_ from: [Character], _ to: [Character]) -> Int {
  var (beforeLast, last) = ([Int](), Array(0...to.count))
  for i in 0..<from.count {
    var row = [i + 1]
    for j in 0..<to.count {
      var best = min(last[j + 1] + 1, row[j] + 1, last[j] + (from[i] == to[j] ? 0 : 1))
      if i > 0, j > 0, from[i] == to[j - 1], from[i - 1] == to[j] {
        best = min(best, beforeLast[j - 1] + 1)
      }
      row.append(best)
    }
    (beforeLast, last) = (last, row)
  }
  return last[to.count]
}
