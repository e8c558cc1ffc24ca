extension JSONReader {
  package enum WholeNumber: Sendable, Equatable {
    /// The digits as written, of any length.
    case digits(String)
    case fraction
    /// A number such as `9.1e18`, of at least 2^53, which several whole numbers round to.
    case inexact
  }

  /// Reads a number that should be whole, written as `9`, `9.0` or `9e0`.
  package mutating func readWholeNumber() throws(JSONError) -> WholeNumber {
    let number = try takeNumber()
    let text = text(number.range)
    let parts = text.split(separator: ".")
    if number.isWhole || parts.count == 2 && parts[1].allSatisfy({ $0 == "0" }) {
      return .digits(parts[0] == "-0" ? "0" : String(parts[0]))
    }
    guard let value = Double(text), abs(value) < 0x1p53 else { return .inexact }
    return Int(exactly: value).map { .digits("\($0)") } ?? .fraction
  }
}
