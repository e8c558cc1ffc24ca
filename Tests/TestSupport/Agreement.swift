import Tensors
import Testing

/// Records an issue unless the processor computes `function` and its gradients as the reference does.
///
/// - Parameters:
///   - tensors: What `function` is given, on the device it is to compute on.
///   - tolerance: How far apart elements may be, relative to the largest of their tensor, or to 0.1
///     where all are smaller.
///   - what: Names the case in the message.
///   - sourceLocation: Where the issue is reported.
///   - function: What both compute. Constants it needs go among `tensors`.
package func expectAgreement(
  at tensors: [Tensor], within tolerance: Double = 2e-6, _ what: String = "function",
  sourceLocation: SourceLocation = #_sourceLocation, of function: ([Tensor]) -> Tensor
) {
  let found = results(of: function, at: tensors, on: .cpu).map(\.?.floats)
  let expected = results(of: function, at: tensors, on: .reference())
  for (index, (found, expected)) in zip(found, expected).enumerated() {
    let name = index == 0 ? "\(what), value" : "\(what), gradient \(index - 1)"
    guard let found, let expected, found.count == expected.elementCount else {
      if (found == nil) != (expected == nil) {
        Issue.record("\(name): one device has a gradient", sourceLocation: sourceLocation)
      }
      continue
    }
    let scale = expected.doubles.map(abs).max() ?? 0
    let distances = zip(found, expected.doubles).map { abs(Double($0) - $1) }
    // NaN on one side only makes a distance that no comparison finds small.
    guard let worst = distances.indices.max(by: { distances[$0] < distances[$1] }),
      !distances.allSatisfy({ $0 <= tolerance * max(scale, 0.1) })
    else { continue }
    Issue.record(
      """
      \(name) \(expected.shape): element \(worst) is \(found[worst]), not \
      \(expected.doubles[worst]), the largest being \(scale)
      """, sourceLocation: sourceLocation)
  }
}

/// The value of `function` on one device, then its gradient at each tensor.
private func results(
  of function: ([Tensor]) -> Tensor, at tensors: [Tensor], on device: Device
) -> [Tensor?] {
  var value: Tensor?
  let gradients = valueWithGradient(at: tensors.map { $0.moved(to: device) }) { inputs in
    let y = function(inputs)
    value = y.withoutGradient()
    let weights = FormulaWeights.uniform("agreement", count: y.elementCount)
    return (y * Tensor(weights, shape: y.shape, on: device)).sum()
  }.gradients
  return [value] + gradients
}
