import Layers
import Tensors
import TestSupport
import Testing

extension LayersTests {
  @Suite("Modules")
  struct ModuleTests {
    /// A part that may be missing, a list, and a single one.
    struct Network: Module {
      var first = Linear(from: 2, to: 3)
      var list = [Linear(from: 3, to: 3), Linear(from: 3, to: 1)]
      var present: Embedding? = Embedding(count: 2, size: 2)
      var absent: Embedding?

      func callAsFunction(_ x: Tensor) -> Tensor { list.reduce(first(x)) { $1(tanh($0)) } }

      mutating func visitParameters(_ visitor: inout ParameterVisitor) {
        visitor.visit("first", &first)
        visitor.visit("list", &list)
        visitor.visit("present", &present)
        visitor.visit("absent", &absent)
      }
    }

    @Test("parameters are named by the path to them")
    func names() {
      #expect(
        Network().parameters.map(\.parameter.name) == [
          "first.weight", "first.bias", "list.0.weight", "list.0.bias", "list.1.weight",
          "list.1.bias", "present.weight",
        ])
      #expect(Network().parameterCount == 9 + 12 + 4 + 4)
    }

    @Test("a changed copy leaves the first alone")
    func copies() {
      let network = Network().withFormulaWeights()
      let before = network.parameters.map(\.value.floats)
      var copy = network
      copy.updateParameters { _, value in value = Tensor(zeros: value.shape) }
      #expect(network.parameters.map(\.value.floats) == before)
      #expect(copy.parameters.allSatisfy { $0.value.floats.allSatisfy { $0 == 0 } })
    }

    @Test("a seed fixes how a module begins, and a second one begins otherwise")
    func initialization() {
      func drawn(_ random: inout SeededGenerator) -> [[Float]] {
        var network = Network()
        network.initialize(using: &random)
        return network.parameters.map(\.value.floats)
      }
      var (random, again, other) = (
        SeededGenerator(seed: 5), SeededGenerator(seed: 5), SeededGenerator(seed: 6)
      )
      let first = drawn(&random)
      #expect(first == drawn(&again))
      #expect(first != drawn(&other) && first != drawn(&random))
      #expect(random.next() != again.next(), "the generator moves on")
    }

    @Test("the gradient of a network is that of central differences")
    func gradients() {
      let x = FormulaWeights.scaled("x", [4, 2], 2)
      expectGradientsMatch(of: Network().withFormulaWeights(), at: [x]) { $0($1[0]) }
    }

    @Test("what is not chosen has no gradient and records nothing")
    func frozen() {
      let network = Network().withFormulaWeights()
      let x = FormulaWeights.scaled("x", [4, 2], 2)
      let all = valueWithGradient(at: network) { $0(x).sum() }
      // The embedding plays no part in the loss.
      #expect(
        Set(all.gradient.tensors.keys)
          == Set(network.parameters.map(\.parameter.name)).subtracting(["present.weight"]))
      let some = valueWithGradient(
        at: network, where: { $0.name.hasPrefix("list.1") },
        of: { network in
          #expect(network.first(x).history == nil && network.list[0].weight.history == nil)
          #expect(network(x).history != nil)
          return network(x).sum()
        })
      #expect(Set(some.gradient.tensors.keys) == ["list.1.weight", "list.1.bias"])
      for (name, gradient) in some.gradient.tensors {
        #expect(gradient.floats == all.gradient.tensors[name]?.floats)
      }
      let none = valueWithGradient(at: network, where: { _ in false }, of: { $0(x).sum() })
      #expect(none.gradient.tensors.isEmpty && none.gradient.norm == 0)
      #expect(none.loss.scalar == all.loss.scalar)
    }

    @Test("statistics are not learned unless asked for")
    func statistics() {
      let norm = BatchNorm(channels: 2).withFormulaWeights()
      let kernel = FormulaWeights.scaled("kernel", [2, 1, 1, 1])
      let (_, gradient) = valueWithGradient(at: norm) { norm in
        let folded = norm.folded(into: kernel)
        return folded.kernel.sum() + folded.bias.sum()
      }
      #expect(Set(gradient.tensors.keys) == ["weight", "bias"])
    }

    @Test("an error inside the loss comes out")
    func failure() {
      struct Failure: Error {}
      #expect(throws: Failure.self) {
        _ = try valueWithGradient(at: Network()) { _ in throw Failure() }
      }
    }
  }
}
