/// Where and why a text is not the JSON that was asked for.
///
/// It does not know the file; the error it ends up in names that.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Problem: Sendable, Equatable {
    /// Something else stands where this was needed.
    case unexpected(String)
    /// A number that does not fit.
    case outOfRange
    /// A string that is not UTF-8, or has an unknown escape or half a surrogate pair.
    case badText
    /// More arrays and objects inside each other than `JSONReader.maximumDepth`.
    case tooDeep
    /// A string of more bytes than `JSONReader.maximumStringSize`.
    case tooLong
  }
  public let problem: Problem
  /// Counted from 1.
  public let line: Int
  /// In bytes, counted from 1.
  public let column: Int

  /// As part of a sentence: "at line 3, column 14: expected ':'".
  public var description: String {
    let reason =
      switch problem {
      case .unexpected(let wanted): "expected \(wanted)"
      case .outOfRange: "the number is too large"
      case .badText: "the string is not proper UTF-8 or has a broken escape"
      case .tooDeep: "nested more than \(JSONReader.maximumDepth) levels deep"
      case .tooLong: "a string of over \(JSONReader.maximumStringSize >> 20) MB"
      }
    return "at line \(line), column \(column): \(reason)"
  }
}
