import Tensors

/// How much the lengths of hidden states change, `Σₜ (‖hₜ‖ - ‖hₜ₋₁‖)²` over all sequences; what it costs keeps
/// them stable (the norm stabiliser of Krueger & Memisevic, 2016).
///
/// - Parameters:
///   - hidden: `[N, H]`, from `h₀` on.
///   - layout: How they belong to sequences.
/// - Returns: A tensor of shape `[]`.
public func normChanges(of hidden: Tensor, _ layout: SequenceLayout) -> Tensor {
  let x = hidden.converted(to: .float32)
  // The root of 0 has no slope.
  let norms = sqrt((x * x).sum(over: [1]) + 1e-12)
  let before = (1..<layout.stepCount).flatMap { step in
    (0..<layout.rowCounts[step]).map { layout.offsets[step - 1] + $0 }
  }
  let changes = norms.slice(layout.sequenceCount..<layout.rowCount) - norms.rows(before)
  return (changes * changes).sum()
}
