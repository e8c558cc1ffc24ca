import Layers
import Tensors
import TestSupport
import Testing

extension LayersTests {
  @Suite("Norm changes")
  struct NormChangesTests {
    @Test("are those of each sequence from step to step")
    func values() {
      // Norms 5, 0 and 2; then 13 and 1; then 3.
      let hidden = Tensor([3, 4, 0, 0, 2, 0, 5, 12, 0, -1, 0, 3], shape: [6, 2])
      let changes = normChanges(of: hidden, SequenceLayout(rowCounts: [3, 2, 1]))
      #expect(abs(changes.scalar - (64 + 1 + 100)) < 1e-3)
      #expect(normChanges(of: hidden, SequenceLayout(steps: 1, rows: 6)).scalar == 0)
    }

    @Test("have the gradients of central differences, and none at a state of zeros")
    func gradients() throws {
      let layout = SequenceLayout(rowCounts: [3, 2, 2, 1])
      expectGradientsMatch(at: [FormulaWeights.scaled("h", [8, 5])]) {
        normChanges(of: $0[0], layout)
      }
      let zero = valueWithGradient(at: [Tensor(zeros: [8, 5])]) { normChanges(of: $0[0], layout) }
      #expect(try #require(zero.gradients[0]).floats.allSatisfy { $0 == 0 })
    }
  }
}
