import Tensors
import Testing

/// Records an issue unless the gradients of `function` agree with central differences.
///
/// Everything runs in float64 on a reference device. The function's result is weighted by fixed
/// numbers to get one to differentiate; a difference quotient over ±1e-5 is then good to about ten
/// digits, and 1e-6 of the largest element is what must agree. Constants that `function` needs go
/// among `tensors`, or are made on the device of its arguments.
package func expectGradientsMatch(
  at tensors: [Tensor], within tolerance: Double = 1e-6,
  sourceLocation: SourceLocation = #_sourceLocation, of function: ([Tensor]) -> Tensor
) {
  let device = Device.reference()
  let inputs = tensors.map { $0.moved(to: device) }
  let loss = { (inputs: [Tensor]) -> Tensor in
    let y = function(inputs)
    let weights = FormulaWeights.uniform("gradient check", count: y.elementCount)
    return (y * Tensor(weights, shape: y.shape, on: device)).sum()
  }
  let gradients = valueWithGradient(at: inputs, of: loss).gradients
  for (index, gradient) in gradients.enumerated() {
    let expected = differences(of: loss, at: inputs, index)
    let found = gradient?.doubles ?? expected.map { _ in 0 }
    let scale = max(expected.map(abs).max() ?? 0, 1e-4)
    guard let worst = zip(found, expected).map({ abs($0 - $1) }).max() else { continue }
    guard !(worst <= tolerance * scale) || gradient.map({ $0.shape != inputs[index].shape }) == true
    else { continue }
    Issue.record(
      """
      gradient \(index), of shape \(gradient?.shape ?? []) for an input \(inputs[index].shape): \
      off by \(worst), the largest element being \(scale)
      """, sourceLocation: sourceLocation)
  }
}

/// The slope of `loss` along each element of one input.
private func differences(
  of loss: ([Tensor]) -> Tensor, at inputs: [Tensor], _ index: Int
) -> [Double] {
  let step = 1e-5
  let values = inputs[index].doubles
  return values.indices.map { element in
    let sides = [step, -step].map { offset in
      var (moved, varied) = (inputs, values)
      varied[element] += offset
      moved[index] = Tensor(
        doubles: varied, shape: inputs[index].shape, on: inputs[index].device)
      return loss(moved).doubles[0]
    }
    return (sides[0] - sides[1]) / (2 * step)
  }
}
