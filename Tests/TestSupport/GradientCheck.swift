import Tensors
import Testing

/// Records an issue unless the gradients of `function` agree with central differences.
///
/// Everything is computed in float64 on a reference device. The result of the function is weighted by fixed numbers to
/// get a single number. Each input is then moved along a few fixed directions that change all of its elements, and the
/// slope must equal that of the gradient within `tolerance` of its largest element. Constants that `function` needs are
/// passed in `tensors` or are on the device of its arguments.
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
    let found = gradient ?? Tensor(zeros: inputs[index].shape, on: device)
    guard found.shape == inputs[index].shape else {
      Issue.record(
        "gradient \(index) is \(found.shape) for an input \(inputs[index].shape)",
        sourceLocation: sourceLocation)
      continue
    }
    let largest = found.doubles.map(abs).max() ?? 0
    for number in 0..<4 {
      let direction = FormulaWeights.uniform("direction \(number)", count: found.elementCount)
        .map(Double.init)
      let slope = slope(of: loss, at: inputs, index, along: direction)
      let projected = zip(found.doubles, direction).reduce(0) { $0 + $1.0 * $1.1 }
      // Negated, so that NaN is an issue, too.
      guard !(abs(slope - projected) <= tolerance * max(largest, 1e-3)) else { continue }
      Issue.record(
        """
        gradient \(index) along direction \(number): \(projected), but central differences give \
        \(slope); its largest element is \(largest)
        """, sourceLocation: sourceLocation)
    }
  }
}

/// Returns the slope of `loss` along a direction of one input, to about nine digits.
private func slope(
  of loss: ([Tensor]) -> Tensor, at inputs: [Tensor], _ index: Int, along direction: [Double]
) -> Double {
  let step = 1e-6
  let sides = [step, -step].map { step in
    var moved = inputs
    moved[index] = Tensor(
      doubles: zip(inputs[index].doubles, direction).map { $0 + step * $1 },
      shape: inputs[index].shape, on: inputs[index].device)
    return loss(moved).doubles[0]
  }
  return (sides[0] - sides[1]) / (2 * step)
}
