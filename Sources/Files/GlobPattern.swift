/// A path with `*`, `?`, `[a-z]` and `**`, as shells know them: `clips/**/take-?.mp4`.
///
/// It is walked along the folders part by part, with the parts that could come next as its state, so
/// that no folder is listed in which nothing can match, and none twice.
package struct GlobPattern: Sendable, Equatable {
  private enum Part: Sendable, Equatable {
    /// `**`: any number of folders, or anything below one.
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

  /// The parts that may come next, by their numbers.
  package typealias State = [Int]

  /// The folder in front of the first part with a wildcard.
  package let base: String
  private let parts: [Part]

  /// Reads a pattern; nil if there is no wildcard in it.
  package init?(_ text: String) {
    let parts = normalizedPath(text).split(separator: "/")
    guard let first = parts.firstIndex(where: Self.hasWildcard) else { return nil }
    base = (text.hasPrefix("/") ? "/" : "") + parts[..<first].joined(separator: "/")
    self.parts = parts[first...].map { $0 == "**" ? .anything : .name(Self.tokens(in: $0)) }
  }

  /// Whether it says how the names it wants end, as `*.jpg` does.
  package var namesExtension: Bool {
    guard case .name(let tokens) = parts.last else { return false }
    return tokens.contains(.scalar("."))
  }

  /// The state in the folder `base`.
  package var start: State { [0] }

  /// What a pattern makes of a name.
  package struct Step: Sendable {
    /// The state inside, should it be a folder; empty where nothing can match.
    package var inside: State
    /// Whether the name itself is what was looked for.
    package var matches: Bool
    /// Whether a part that is no `**` was like it, and no other part is left.
    package var isNamed: Bool
    /// The state inside by parts that are no `**`.
    fileprivate var insideByName: State

    package static let nothing = Step(
      inside: [], matches: false, isNamed: false, insideByName: [])

    /// The same of a symbolic link, through which no `**` goes, as in shells.
    package var throughLink: Step {
      Step(inside: insideByName, matches: isNamed, isNamed: isNamed, insideByName: insideByName)
    }
  }

  /// What it makes of `name` in a folder reached with `state`.
  package func step(_ state: State, _ name: String) -> Step {
    var (below, byName): (State, State) = ([], [])
    for index in closure(state) where index < parts.count {
      switch parts[index] {
      // As in shells, a hidden name must be asked for.
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

  /// The state and what may follow it, where `**` stands for nothing.
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

  /// The set behind a `[`, and where the text goes on; nil if there is no `]`.
  private static func set(
    in text: Substring.UnicodeScalarView
  ) -> (Token, end: String.Index)? {
    var rest = text
    let isNegated = rest.first == "!" || rest.first == "^"
    if isNegated { rest.removeFirst() }
    var ranges: [ClosedRange<Unicode.Scalar>] = []
    var isFirst = true
    while let scalar = rest.popFirst() {
      // In front, a bracket stands for itself.
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

  /// Whether a whole name is as the tokens say; of several stars only the last is ever moved.
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
