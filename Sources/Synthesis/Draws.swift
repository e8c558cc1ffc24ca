import Tensors

extension SeededGenerator {
  /// A number in `range`.
  mutating func number(in range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * Double(uniform())
  }

  /// One of `elements`, of which there is at least one.
  mutating func element<Element>(of elements: [Element]) -> Element {
    elements[below(elements.count)]
  }

  /// Two numbers in `0..<1`, the smaller first.
  mutating func orderedPair() -> (Double, Double) {
    let (a, b) = (Double(uniform()), Double(uniform()))
    return (min(a, b), max(a, b))
  }
}
