#if canImport(Glibc)
import Glibc
#endif

/// The range of an axis and the numbers written beside it.
struct AxisScale: Sendable, Equatable {
  private(set) var lower: Double
  private(set) var upper: Double
  let isLogarithmic: Bool
  /// Ascending, within the axis.
  private(set) var ticks: [Double] = []

  /// An axis on which all finite `values` lie.
  ///
  /// - Parameters:
  ///   - values: A logarithmic axis leaves out those not above zero, and is linear if none is left.
  ///   - isLogarithmic: True for a logarithmic axis.
  ///   - includesZero: True if a linear axis begins at zero even if no value lies there.
  ///   - tickCount: The approximate number of ticks.
  ///   - isTight: True if the axis ends at the outermost values rather than at a tick.
  init(
    of values: [Double], isLogarithmic: Bool = false, includesZero: Bool = false,
    tickCount: Int = 5,
    isTight: Bool = false
  ) {
    let positive = values.filter { $0.isFinite && $0 > 0 }
    self.isLogarithmic = isLogarithmic && !positive.isEmpty
    let shown = self.isLogarithmic ? positive : values.filter(\.isFinite)
    (lower, upper) = (shown.min() ?? 0, shown.max() ?? 1)
    if self.isLogarithmic {
      setLogarithmicTicks()
    } else {
      if includesZero { (lower, upper) = (min(lower, 0), max(upper, 0)) }
      setTicks(about: tickCount, isTight: isTight)
    }
  }

  /// Returns the position of `value`: 0 at the lower end, 1 at the upper end.
  func position(of value: Double) -> Double {
    isLogarithmic
      ? (log(value) - log(lower)) / (log(upper) - log(lower)) : (value - lower) / (upper - lower)
  }

  private mutating func setTicks(about count: Int, isTight: Bool) {
    if !(upper > lower) {
      // A single value: some room about it.
      let room = max(abs(lower) * 0.1, 1e-9)
      (lower, upper) = isTight ? (lower, lower + 1) : (lower - room, upper + room)
    }
    let step = Self.roundStep((upper - lower) / Double(max(count, 1)))
    if !isTight {
      lower = (lower / step + 1e-9).rounded(.down) * step
      upper = (upper / step - 1e-9).rounded(.up) * step
    }
    let first = Int((lower / step - 1e-9).rounded(.up))
    let last = Int((upper / step + 1e-9).rounded(.down))
    ticks = first <= last ? (first...last).map { Double($0) * step } : []
  }

  /// The next of 1, 2, 5 times a power of ten.
  private static func roundStep(_ step: Double) -> Double {
    let power = pow(10, log10(step).rounded(.down))
    let choice = [1, 2, 5, 10].first { $0 * power >= step * 0.999 } ?? 10
    return choice * power
  }

  /// Every digit within a decade, 1, 2 and 5 within three, powers of ten beyond.
  private mutating func setLogarithmicTicks() {
    (lower, upper) = (lower / 1.05, upper * 1.05)
    let decades = log10(upper / lower)
    let digits: [Double] = decades < 1 ? (1...9).map(Double.init) : decades < 3 ? [1, 2, 5] : [1]
    let exponents = Int(log10(lower).rounded(.down))...Int(log10(upper).rounded(.up))
    ticks = exponents.flatMap { exponent in digits.map { $0 * pow(10, Double(exponent)) } }
      .filter { lower <= $0 && $0 <= upper }
    guard ticks.count < 2 else { return }
    // Too narrow for round digits: the ticks of a linear axis serve.
    let linear = AxisScale(of: [lower, upper], tickCount: 4, isTight: true)
    ticks = linear.ticks
  }
}

extension AxisScale {
  /// The label of each tick, with no more digits than are needed to distinguish the ticks.
  var labels: [String] {
    let smallest = zip(ticks, ticks.dropFirst()).map { $1 - $0 }.min() ?? max(abs(upper), 1e-300)
    return ticks.map { Self.label($0, exactTo: smallest, largest: ticks.map(abs).max() ?? 0) }
  }

  static func label(_ value: Double, exactTo unit: Double, largest: Double) -> String {
    if value == 0 { return "0" }
    if largest < 0.01 || largest >= 1e6 { return scientific(value) }
    if largest >= 10_000 { return "\((value / 1000).text(places: unit < 1000 ? 1 : 0))k" }
    return value.text(places: max(0, Int((-log10(unit) - 1e-9).rounded(.up))))
  }

  /// A number such as `2.5e-4`.
  static func scientific(_ value: Double) -> String {
    if value == 0 || !value.isFinite { return "\(value == 0 ? "0" : "\(value)")" }
    var exponent = Int(log10(value.magnitude).rounded(.down))
    var digits = value / pow(10, Double(exponent))
    if digits.magnitude > 9.95 { (digits, exponent) = (digits / 10, exponent + 1) }
    let text = digits.text(places: 1)
    return "\(text.hasSuffix(".0") ? String(text.dropLast(2)) : text)e\(exponent)"
  }
}
