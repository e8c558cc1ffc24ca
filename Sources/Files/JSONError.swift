/// An error in a JSON text, with its position.
///
/// It does not name the file; the error that wraps it does.
package struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Problem: Sendable, Equatable {
    /// Another token than the required one was found.
    case unexpected(String)
    /// A number is out of range.
    case outOfRange
    /// A string is not UTF-8, or has an unknown escape or a lone surrogate.
    case badText
    /// Arrays and objects are nested deeper than `JSONReader.maximumDepth`.
    case tooDeep
    /// A string has more bytes than `JSONReader.maximumStringSize`.
    case tooLong
  }
  package let problem: Problem
  /// The line, counted from 1.
  package let line: Int
  /// The column in bytes, counted from 1.
  package let column: Int

  /// The error as part of a sentence: "at line 3, column 14: expected ':'".
  package var description: String {
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
