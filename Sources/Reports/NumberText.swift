#if canImport(Glibc)
import Glibc
#endif

extension Double {
  /// The nearest number of so many significant decimal digits.
  func rounded(toDigits count: Int) -> Double {
    guard isFinite, self != 0 else { return self }
    let exponent = count - 1 - Int(log10(magnitude).rounded(.down))
    // Dividing by a whole power of ten is exact to the last bit, multiplying by its inverse is not.
    let unit = pow(10, Double(exponent.magnitude))
    return exponent >= 0 ? (self * unit).rounded() / unit : (self / unit).rounded() * unit
  }

  /// The number with `places` digits after the point, whatever they are: `2.50`.
  package func text(places: Int) -> String {
    guard isFinite, magnitude < 1e15 else { return "\(self)" }
    let unit = pow(10, Double(places))
    let scaled = (magnitude * unit).rounded()
    let digits = String(UInt64(scaled))
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    let sign = self < 0 && scaled > 0 ? "-" : ""
    guard places > 0 else { return sign + padded }
    return "\(sign)\(padded.dropLast(places)).\(padded.suffix(places))"
  }
}

extension Int {
  /// The number with a comma between each three digits.
  package var grouped: String {
    var text = ""
    for (index, digit) in String(magnitude).reversed().enumerated() {
      if index > 0 && index.isMultiple(of: 3) { text.append(",") }
      text.append(digit)
    }
    return (self < 0 ? "-" : "") + String(text.reversed())
  }
}
