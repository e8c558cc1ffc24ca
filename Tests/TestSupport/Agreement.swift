import Tensors
import Testing

/// Records an issue unless the processor computes `function` and its gradients as the reference does.
///
/// - Parameters:
///   - tensors: The arguments of `function`, on the device to test.
///   - tolerance: The maximum difference of elements, relative to the largest of their tensor, but at least
///     to 0.1.
///   - what: The name of the case in messages.
///   - sourceLocation: The location at which issues are reported.
///   - function: The function that both compute; its constants must be among `tensors`.
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
    // NaN on one side only gives a distance that fails every comparison.
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

/// Returns the value of `function` on one device, followed by its gradients.
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
