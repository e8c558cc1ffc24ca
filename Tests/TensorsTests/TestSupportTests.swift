import Tensors
import TestSupport
import Testing

extension TensorsTests {
  @Suite("Test support")
  struct TestSupportTests {
    @Test("weights by formula are those of the Python script")
    func formulaWeights() throws {
      let fixture = try Fixture("formula")
      let names = fixture.tensorNames.filter { $0.hasPrefix("shape.") }.map { $0.dropFirst(6) }
      #expect(names.count == 10)
      for name in names.map(String.init) {
        let shape = try fixture.integers("shape.\(name)")
        let parameter = FormulaWeights.parameter(name, shape)
        #expect(parameter.shape == shape)
        #expect(Array(parameter.floats.prefix(24)) == (try fixture.floats(name)), "\(name)")
        let numbers = FormulaWeights.uniform(name, count: 24)
        #expect(numbers == (try fixture.floats("u.\(name)")), "\(name)")
        #expect(FormulaWeights.uniform(name, count: 4, start: 20) == Array(numbers.suffix(4)))
      }
      let photos = FormulaWeights.photos(height: 20, width: 30)
      #expect(photos.shape == [2, 20, 30, 3])
      #expect(photos.floats == (try fixture.floats("photos.20x30")))
    }

    @Test("a wrong gradient is caught")
    func wrongGradient() {
      let x = FormulaWeights.scaled("x", [5])
      let almost: @Sendable (Tensor) -> Tensor = { x in
        let y = x.withoutGradient()
        return (y * y).recorded(Pullback(to: x) { dy in dy * y * 2.00001 })
      }
      withKnownIssue { expectGradientsMatch(at: [x]) { almost($0[0]) } }
      withKnownIssue { expectGradientsMatch(at: [x]) { $0[0].withoutGradient() * 1 } }
      expectGradientsMatch(at: [x]) { $0[0] * $0[0] }
    }

    @Test("a wrong kernel is caught")
    func wrongKernel() {
      let x = FormulaWeights.scaled("x", [5])
      withKnownIssue { expectAgreement(at: [x]) { $0[0] * ($0[0].device == .cpu ? 1.00001 : 1) } }
      withKnownIssue { expectClose(x, x * 1.001, within: 1e-4) }
      withKnownIssue { expectClose(x, x.reshaped(to: [1, 5]), within: 1) }
      withKnownIssue { expectClose(x, Tensor(repeating: .nan, shape: [5]), within: 1) }
    }

    @Test("a fixture that is not there says which tensor of which file")
    func missingTensor() throws {
      let fixture = try Fixture("optimizers")
      #expect(fixture.metadata["script"] == "scripts/fixtures/optimizers.py")
      let error = #expect(throws: FixtureError.self) { try fixture["nothing"] }
      #expect(
        error?.description == "optimizers: no tensor nothing; rebuild with scripts/fixtures/build")
    }
  }
}
