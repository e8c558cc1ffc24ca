import Tensors
import TestSupport
import Testing

@testable import Layers

extension LayersTests {
  /// `scripts/fixtures/adam.py` wrote the fixture with torch.optim and clip_grad_norm_.
  @Suite("Adam")
  struct AdamTests {
    @Test(
      "takes PyTorch's steps, clipped and with decay", arguments: [("adam", 0), ("adamw", 0.1)])
    func parity(name: String, decay: Float) throws {
      let fixture = try Fixture("adam")
      var model = Linear(from: 3, to: 4).with([
        try fixture["\(name).weight.start"], try fixture["\(name).bias.start"],
      ])
      var adam = Adam()
      adam.weightDecay = decay
      var clippedCount = 0
      for step in 0..<20 {
        let gradient = ModelGradient(
          tensors: [
            "weight": try row(step, of: "\(name).grad.weight", in: fixture),
            "bias": try row(step, of: "\(name).grad.bias", in: fixture),
          ])
        let norm = try fixture.floats("\(name).norm")[step]
        #expect(abs(gradient.norm - Double(norm)) < 1e-5 * Double(norm))
        let scale = gradient.clippingScale(toNorm: 5)
        #expect((scale < 1) == (norm > 5))
        clippedCount += scale < 1 ? 1 : 0
        adam.update(&model, along: gradient, scale: scale) { _, _ in 1e-3 }
        for (what, value) in [("weight", model.weight), ("bias", model.bias)] {
          expectClose(
            value, try row(step, of: "\(name).\(what)", in: fixture), within: 1e-6,
            "\(what) after step \(step)")
        }
      }
      #expect((3...17).contains(clippedCount))
    }

    @Test("parameters without a gradient stay, and each may have its own step size")
    func choices() {
      let start = Linear(from: 2, to: 2).withFormulaWeights()
      let gradient = ModelGradient(tensors: ["weight": Tensor(repeating: 3, shape: [2, 2])])
      var model = start
      var adam = Adam()
      adam.update(&model, along: gradient) { parameter, _ in parameter.name == "weight" ? 0.5 : 1 }
      #expect(model.bias.floats == start.bias.floats)
      // The first step is the learning rate itself, whatever the size of the gradient.
      for (moved, before) in zip(model.weight.floats, start.weight.floats) {
        #expect(abs(before - moved - 0.5) < 1e-6)
      }
    }

    @Test("a copy made before a step keeps its numbers")
    func copies() {
      let start = Linear(from: 2, to: 2).withFormulaWeights()
      let numbers = start.weight.floats
      var (model, adam) = (start, Adam())
      for _ in 0..<3 {
        let gradient = ModelGradient(tensors: ["weight": Tensor(repeating: 1, shape: [2, 2])])
        let (before, earlier) = (model, adam)
        adam.update(&model, along: gradient) { _, _ in 0.1 }
        #expect(before.weight.floats != model.weight.floats)
        // The earlier optimizer has kept its means: repeating its step gives the same.
        var (again, other) = (before, earlier)
        other.update(&again, along: gradient) { _, _ in 0.1 }
        #expect(again.weight.floats == model.weight.floats)
      }
      #expect(start.weight.floats == numbers)
    }

    @Test("a changed weight is used at once, not the packed copy of the old one")
    func packedCopies() {
      var (model, adam) = (Linear(from: 64, to: 64).withFormulaWeights(), Adam())
      let x = FormulaWeights.scaled("x", [5, 64])
      for _ in 0..<3 {
        let gradient = ModelGradient(
          tensors: ["weight": FormulaWeights.scaled("dw", [64, 64]), "bias": Tensor(zeros: [64])])
        _ = model(x)
        adam.update(&model, along: gradient) { _, _ in 0.1 }
        let fresh = Linear(from: 64, to: 64).with([
          Tensor(model.weight.floats, shape: [64, 64]), Tensor(model.bias.floats, shape: [64]),
        ])
        #expect(model(x).floats == fresh(x).floats)
      }
    }

    @Test("clipping leaves short gradients alone and never divides by nothing")
    func clipping() {
      let gradient = ModelGradient(tensors: [
        "a": Tensor([3, 4], shape: [2]), "b": Tensor([0], shape: [1]),
      ])
      #expect(gradient.norm == 5)
      #expect(gradient.clippingScale(toNorm: 5) == 1)
      #expect(abs(gradient.clippingScale(toNorm: 2.5) - 0.5) < 1e-6)
      #expect(ModelGradient(tensors: ["a": Tensor(zeros: [2])]).clippingScale(toNorm: 1) == 1)
    }

    /// One of the twenty steps that a tensor of the fixture holds.
    private func row(_ step: Int, of name: String, in fixture: Fixture) throws -> Tensor {
      let all = try fixture[name]
      return all.slice(step..<step + 1).reshaped(to: Array(all.shape.dropFirst()))
    }
  }
}
