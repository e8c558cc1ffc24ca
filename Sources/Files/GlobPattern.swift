/// A path pattern with the shell wildcards `*`, `?`, `[a-z]` and `**`, such as `clips/**/take-?.mp4`.
///
/// It is matched folder by folder; the state is the set of pattern components that may match next. So no
/// folder is listed in which nothing can match, and none is listed twice.
package struct GlobPattern: Sendable, Equatable {
  private enum Part: Sendable, Equatable {
    /// The component `**`, which matches any number of folders, or anything below one.
    case anything
    case name([Token])
  }

  private enum Token: Sendable, Equatable {
    case any, one
    case scalar(Unicode.Scalar)
    case set([ClosedRange<Unicode.Scalar>], isNegated: Bool)

    func accepts(_ scalar: Unicode.Scalar) -> Bool {
      switch self {
      case .any: false
      case .one: true
      case .scalar(let wanted): scalar == wanted
      case .set(let ranges, let isNegated): ranges.contains { $0.contains(scalar) } != isNegated
      }
    }
  }

  /// The indices of the components that may match next.
  package typealias State = [Int]

  /// The folder before the first component with a wildcard.
  package let base: String
  private let parts: [Part]

  /// Parses a pattern; nil if it has no wildcard.
  package init?(_ text: String) {
    let parts = normalizedPath(text).split(separator: "/")
    guard let first = parts.firstIndex(where: Self.hasWildcard) else { return nil }
    base = (text.hasPrefix("/") ? "/" : "") + parts[..<first].joined(separator: "/")
    self.parts = parts[first...].map { $0 == "**" ? .anything : .name(Self.tokens(in: $0)) }
  }

  /// True if the last component states a file extension, as `*.jpg` does.
  package var namesExtension: Bool {
    guard case .name(let tokens) = parts.last else { return false }
    return tokens.contains(.scalar("."))
  }

  /// The state in the folder `base`.
  package var start: State { [0] }

  /// The result of matching one name.
  package struct Step: Sendable {
    /// The state inside, if the name is a folder; empty if nothing can match there.
    package var inside: State
    /// True if the name matches the whole pattern.
    package var matches: Bool
    /// True if a component other than `**` matched and was the last one.
    package var isNamed: Bool
    /// The state inside reached by components other than `**`.
    fileprivate var insideByName: State

    package static let nothing = Step(
      inside: [], matches: false, isNamed: false, insideByName: [])

    /// The result for a symbolic link, which `**` does not follow, as in shells.
    package var throughLink: Step {
      Step(inside: insideByName, matches: isNamed, isNamed: isNamed, insideByName: insideByName)
    }
  }

  /// Returns the result of matching `name` in a folder reached with `state`.
  package func step(_ state: State, _ name: String) -> Step {
    var (below, byName): (State, State) = ([], [])
    for index in closure(state) where index < parts.count {
      switch parts[index] {
      // As in shells, wildcards do not match hidden names.
      case .anything where !name.hasPrefix("."): below.append(index)
      case .name(let tokens) where Self.matches(Array(name.unicodeScalars), tokens):
        byName.append(index + 1)
      default: break
      }
    }
    let reached = closure(below + byName)
    return Step(
      inside: reached.filter { $0 < parts.count }, matches: reached.contains(parts.count),
      isNamed: byName.contains(parts.count),
      insideByName: closure(byName).filter { $0 < parts.count })
  }

  /// Returns the state extended by the components that follow a `**`, which may match nothing.
  private func closure(_ state: State) -> State {
    var all: State = []
    for var index in state {
      while !all.contains(index) {
        all.append(index)
        if index < parts.count, parts[index] == .anything { index += 1 }
      }
    }
    return all
  }
}

// MARK: - Names

extension GlobPattern {
  private static func hasWildcard(_ part: Substring) -> Bool {
    tokens(in: part).contains { if case .scalar = $0 { false } else { true } }
  }

  private static func tokens(in part: Substring) -> [Token] {
    var tokens: [Token] = []
    var rest = part.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "*": if tokens.last != .any { tokens.append(.any) }
      case "?": tokens.append(.one)
      case "\\": tokens.append(.scalar(rest.popFirst() ?? "\\"))
      case "[":
        if let (set, end) = set(in: rest) {
          tokens.append(set)
          rest = rest[end...]
        } else {
          tokens.append(.scalar("["))
        }
      default: tokens.append(.scalar(scalar))
      }
    }
    return tokens
  }

  /// Parses the set after a `[`, and returns it with the index behind its `]`; nil if there is no `]`.
  private static func set(
    in text: Substring.UnicodeScalarView
  ) -> (Token, end: String.Index)? {
    var rest = text
    let isNegated = rest.first == "!" || rest.first == "^"
    if isNegated { rest.removeFirst() }
    var ranges: [ClosedRange<Unicode.Scalar>] = []
    var isFirst = true
    while let scalar = rest.popFirst() {
      // A bracket in first position is literal.
      if scalar == "]" && !isFirst {
        return (.set(ranges, isNegated: isNegated), rest.startIndex)
      }
      isFirst = false
      var after = rest
      if after.popFirst() == "-", let last = after.popFirst(), last != "]" {
        if scalar <= last { ranges.append(scalar...last) }
        rest = after
      } else {
        ranges.append(scalar...scalar)
      }
    }
    return nil
  }

  /// Returns true if the tokens match the whole name; backtracks only to the last star.
  private static func matches(_ name: [Unicode.Scalar], _ tokens: [Token]) -> Bool {
    if name.first == ".", tokens.first != .scalar(".") { return false }
    var (position, token) = (0, 0)
    var retry: (position: Int, token: Int)?
    while position < name.count {
      if token < tokens.count, tokens[token] == .any {
        retry = (position, token + 1)
        token += 1
      } else if token < tokens.count, tokens[token].accepts(name[position]) {
        (position, token) = (position + 1, token + 1)
      } else if let start = retry {
        retry = (start.position + 1, start.token)
        (position, token) = (start.position + 1, start.token)
      } else {
        return false
      }
    }
    return tokens[token...].allSatisfy { $0 == .any }
  }
}
