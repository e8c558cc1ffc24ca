import Tensors
import TestSupport
import Testing

@testable import Layers

extension LayersTests {
  /// `scripts/fixtures/optimizers.py` wrote the fixture with torch.optim and clip_grad_norm_.
  @Suite("Optimizer")
  struct OptimizerTests {
    static let optimizers: [(String, Optimizer)] = [
      ("adam", Optimizer(.adam(decoupledDecay: false))),
      ("adam-l2", Optimizer(.adam(decoupledDecay: false), weightDecay: 0.1)),
      ("adamw", Optimizer(.adam(decoupledDecay: true), weightDecay: 0.1)),
      ("sgd", Optimizer(.sgd(momentum: 0, nesterov: false), weightDecay: 0.1)),
      ("momentum", Optimizer(.sgd(momentum: 0.9, nesterov: false), weightDecay: 0.1)),
      ("nesterov", Optimizer(.sgd(momentum: 0.9, nesterov: true))),
    ]

    @Test("takes PyTorch's steps, clipped and with decay", arguments: optimizers.indices)
    func parity(index: Int) throws {
      var (name, optimizer) = Self.optimizers[index]
      let fixture = try Fixture("optimizers")
      var model = Linear(from: 3, to: 4).with([
        try fixture["\(name).weight.start"], try fixture["\(name).bias.start"],
      ])
      var clippedCount = 0
      for step in 0..<20 {
        let gradient = ModelGradient(
          tensors: [
            "weight": try row(step, of: "\(name).grad.weight", in: fixture),
            "bias": try row(step, of: "\(name).grad.bias", in: fixture),
          ])
        let norm = try fixture.floats("\(name).norm")[step]
        #expect(abs(gradient.norm - Double(norm)) < 1e-5 * Double(norm))
        let scale = clippingScale(of: gradient.norm, toNorm: 5)
        #expect((scale < 1) == (norm > 5))
        clippedCount += scale < 1 ? 1 : 0
        optimizer.update(&model, along: gradient, scale: scale) { _, _ in 1e-3 }
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
      var adam = Optimizer(.adam(decoupledDecay: false))
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
      var (model, adam) = (start, Optimizer(.sgd(momentum: 0.9, nesterov: false)))
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
      var (model, adam) = (
        Linear(from: 64, to: 64).withFormulaWeights(), Optimizer(.adam(decoupledDecay: false))
      )
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
      #expect(clippingScale(of: 5, toNorm: 5) == 1)
      #expect(abs(clippingScale(of: 5, toNorm: 2.5) - 0.5) < 1e-6)
      #expect(clippingScale(of: 0, toNorm: 1) == 1)
    }

    @Test("clipping by value cuts each number by itself, counts them, and lets NaN through")
    func clippingValues() throws {
      let numbers: [Float] = [0.5, -3, 2, 7, .nan]
      let whole = Tensor(numbers, shape: [5])
      var gradient = ModelGradient(tensors: ["a": whole, "b": Tensor([-9], shape: [1])])
      #expect(gradient.clip(toValue: 2) == 3)
      let cut = try #require(gradient.tensors["a"]).floats
      #expect(Array(cut[..<4]) == [0.5, -2, 2, 2] && cut[4].isNaN)
      #expect(gradient.tensors["b"]?.floats == [-2])
      #expect(whole.floats[1] == -3, "what somebody else holds stays")
    }

    @Test("gradients add up, and what one lacks is the other's")
    func sums() {
      let a = ModelGradient(tensors: ["x": Tensor([1, 2], shape: [2])])
      let b = ModelGradient(tensors: [
        "x": Tensor([10, 20], shape: [2]), "y": Tensor([5], shape: [1]),
      ])
      let sum = (a + b * 0.5).tensors
      #expect(sum["x"]?.floats == [6, 12] && sum["y"]?.floats == [2.5])
    }

    @Test("an average approaches the weights by its share, where it is told to")
    func average() {
      var average = Linear(from: 2, to: 1).with([
        Tensor([0, 10], shape: [1, 2]), Tensor([1], shape: [1]),
      ])
      let model = Linear(from: 2, to: 1).with([
        Tensor([4, 0], shape: [1, 2]), Tensor([9], shape: [1]),
      ])
      average.approach(model, share: 0.25) { $0.name == "weight" }
      #expect(average.weight.floats == [1, 7.5] && average.bias.floats == [1])
    }

    /// One of the twenty steps that a tensor of the fixture holds.
    private func row(_ step: Int, of name: String, in fixture: Fixture) throws -> Tensor {
      let all = try fixture[name]
      return all.slice(step..<step + 1).reshaped(to: Array(all.shape.dropFirst()))
    }
  }
}
