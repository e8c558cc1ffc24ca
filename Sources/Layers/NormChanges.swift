import Tensors

/// Returns the norm stabilizer's penalty (Krueger & Memisevic, 2016), `Σₜ (‖hₜ‖ - ‖hₜ₋₁‖)²` over all sequences.
///
/// It keeps the norms of hidden states stable.
///
/// - Parameters:
///   - hidden: `[N, H]`, from `h₀` on.
///   - layout: The sequences that its rows make up.
/// - Returns: A tensor of shape `[]`.
package func normChanges(of hidden: Tensor, _ layout: SequenceLayout) -> Tensor {
  let x = hidden.converted(to: .float32)
  // The root of 0 has no slope.
  let norms = sqrt((x * x).sum(over: [1]) + 1e-12)
  let before = (1..<layout.stepCount).flatMap { step in
    (0..<layout.rowCounts[step]).map { layout.offsets[step - 1] + $0 }
  }
  let changes = norms.slice(layout.sequenceCount..<layout.rowCount) - norms.rows(before)
  return (changes * changes).sum()
}
