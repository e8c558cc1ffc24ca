import Tensors
import Testing

extension Tensor {
  /// Returns true if the shapes agree and every element differs by at most `tolerance · (1 + |other|)`.
  package func isClose(to other: Tensor, within tolerance: Double) -> Bool {
    shape == other.shape
      && zip(wideElements, other.wideElements).allSatisfy { excess($0, $1, tolerance) <= 1 }
  }

  /// The elements with all digits of the device.
  fileprivate var wideElements: [Double] {
    device.backend is ReferenceBackend ? doubles : floats.map(Double.init)
  }
}

/// Records an issue naming the worst element unless `found` is close to `expected`.
///
/// Numbers are close within `tolerance · (1 + |expected|)`, which is absolute for small numbers and relative for large
/// ones.
package func expectClose(
  _ found: Tensor, _ expected: Tensor, within tolerance: Double, _ what: String = "result",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard found.shape == expected.shape else {
    Issue.record(
      "\(what): the shape is \(found.shape), not \(expected.shape)", sourceLocation: sourceLocation)
    return
  }
  let pairs = Array(zip(found.wideElements, expected.wideElements))
  let excesses = pairs.map { excess($0, $1, tolerance) }
  guard let worst = excesses.indices.max(by: { excesses[$0] < excesses[$1] }),
    excesses[worst] > 1
  else { return }
  Issue.record(
    """
    \(what): element \(worst) of \(found.shape) is \(pairs[worst].0), not \(pairs[worst].1); \
    \(excesses.count { $0 > 1 }) of \(pairs.count) are off, this one \(excesses[worst]) tolerances
    """, sourceLocation: sourceLocation)
}

/// Returns the distance of two numbers in tolerances, which is infinite if only one of them is NaN.
private func excess(_ found: Double, _ expected: Double, _ tolerance: Double) -> Double {
  if found == expected || (found.isNaN && expected.isNaN) { return 0 }
  let ratio = abs(found - expected) / (tolerance * (1 + abs(expected)))
  return ratio.isNaN ? .infinity : ratio
}
