/// The variables of OpenMP that only its own threads support: their cores, stacks and number.
///
/// libgomp reports a variable that it cannot read, and continues without it; here that is an error.
struct OpenMPSettings {
  /// True if a variable is set that the program's own threads do not support.
  let needOpenMPThreads: Bool

  /// - Throws: `Failure` that names a variable without meaning.
  init(in environment: (Variable) -> String?) throws(Failure) {
    var isNeeded = false
    for (variable, kind, isMeant) in Self.forms {
      guard let value = environment(variable) else { continue }
      let text = value.trimmed.lowercased()
      guard isMeant(text) else { throw WaitPolicy.failure(variable, value, kind) }
      isNeeded = isNeeded || variable != .ompDynamic && text != "false"
    }
    needOpenMPThreads = isNeeded
  }

  /// The valid values of each variable.
  private static let forms: [(Variable, kind: String, isMeant: @Sendable (String) -> Bool)] = [
    (.ompDynamic, "true or false", { ["true", "false"].contains($0) }),
    (
      .ompBinding, "true, false, or a list of primary, master, close and spread",
      { text in
        ["true", "false"].contains(text)
          || fields(text, between: ",").allSatisfy {
            ["primary", "master", "close", "spread"].contains($0)
          }
      }
    ),
    (.ompPlaces, "threads, cores, sockets, or places such as {0,1},{2:3}", isPlaces),
    (
      .gompAffinity, "a list of cores, such as 0 2-5 8-15:2",
      { text in
        fields(text.replacing(",", with: " "), between: " ").allSatisfy {
          $0.wholeMatch(of: #/\d+(-\d+(:\d+)?)?/#) != nil
        }
      }
    ),
    (.ompStackSize, "a size, such as 512k or 4M", isSize),
    (.gompStackSize, "a size, such as 512k or 4M", isSize),
  ]

  private static func fields(_ text: String, between separator: Character) -> [String] {
    text.split(separator: separator, omittingEmptySubsequences: separator == " ")
      .map { String($0).trimmed }
  }

  private static func isSize(_ text: String) -> Bool {
    text.wholeMatch(of: #/\d+\s*[bkmg]?/#) != nil
  }

  /// Returns true for a name with a number in brackets, or places in braces, each followed by a
  /// count and a stride.
  private static func isPlaces(_ text: String) -> Bool {
    let name = #/(threads|cores|sockets|ll_caches|numa_domains)\s*(\(\s*\d+\s*\))?/#
    let place = #/!?(\{[\d\s,:!-]*\d[\d\s,:!-]*\}|\d+)(:\d+(:-?\d+)?)?/#
    if text.wholeMatch(of: name) != nil { return true }
    var rest = Substring(text.filter { !$0.isWhitespace })
    while let match = rest.prefixMatch(of: place) {
      rest = rest[match.range.upperBound...]
      if rest.isEmpty { return true }
      guard rest.first == "," else { return false }
      rest.removeFirst()
    }
    return false
  }
}

extension StringProtocol {
  /// The text without surrounding blanks, which OpenMP ignores.
  var trimmed: String {
    String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}
