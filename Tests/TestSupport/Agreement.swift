import Tensors
import Testing

/// Records an issue unless the CPU computes `function` and its gradients as the reference does.
///
/// - Parameters:
///   - tensors: The arguments of `function`, which are moved to each device.
///   - tolerance: The largest difference of two elements, relative to the largest element of their tensor, or to 0.1
///     if all are smaller.
///   - what: The name of the case in the message.
///   - sourceLocation: The location at which the issue is reported.
///   - function: The function that both compute. Constants that it needs are passed in `tensors`.
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
    // NaN on one side only gives a distance that no comparison finds small.
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

/// Returns the value of `function` on one device, then its gradient with respect to each tensor.
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
