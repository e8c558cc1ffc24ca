import Layers
import Tensors
import TestSupport
import Testing

extension LayersTests {
  @Suite("Feature norm")
  struct FeatureNormTests {
    @Test("brings what it has measured to mean 0 and deviation 1, whatever it was before")
    func standardises() {
      let features = FormulaWeights.scaled("features", [200, 5], 3, offset: 7)
      var norm = FeatureNorm(size: 5)
      norm.fit(features)
      let y = norm(features)
      expectClose(y.mean(over: [0]), Tensor(zeros: [5]), within: 1e-4)
      expectClose((y * y).mean(over: [0]), Tensor(repeating: 1, shape: [5]), within: 1e-2)
    }

    @Test("leaves a feature that never varies at 0, and tames one that hardly does")
    func constants() {
      var norm = FeatureNorm(size: 2)
      norm.fit(Tensor([3, 1, 3, 1.0002], shape: [2, 2]))
      let y = norm(Tensor([3, 1.0002], shape: [1, 2])).floats
      #expect(y[0] == 0 && abs(y[1]) < 0.01, "\(y)")
    }

    @Test("passes gradients on to what it reads")
    func gradient() {
      expectGradientsMatch(
        of: FeatureNorm(size: 3).withFormulaWeights(),
        at: [FormulaWeights.scaled("x", [2, 3])]
      ) { norm, x in norm(x[0]) }
    }

    @Test("is measured, not learned")
    func statistics() {
      #expect(FeatureNorm(size: 3).parameters.allSatisfy { $0.parameter.role == .statistic })
      #expect(FeatureNorm(size: 3).parameterCount == 0)
    }

    @Test("before a linear map is the same for few rows and for many, gradients too")
    func folded() throws {
      var norm = FeatureNorm(size: 4)
      norm.fit(FormulaWeights.scaled("measured", [9, 4], 2, offset: 1))
      var map = Linear(from: 4, to: 3)
      map.weight = FormulaWeights.scaled("weight", [3, 4])
      map.bias = FormulaWeights.scaled("bias", [3])
      let many = FormulaWeights.scaled("many", [2, 7, 4], 2)
      let template = map
      func gradients(_ run: (Linear) -> Tensor) -> [Tensor?] {
        valueWithGradient(at: [template.weight, template.bias]) { t in
          var map = template
          (map.weight, map.bias) = (t[0], t[1])
          return (run(map) * FormulaWeights.scaled("shares", [2, 7, 3])).sum()
        }.gradients
      }
      expectClose(norm(many, then: map, in: .float32), map(norm(many)), within: 1e-5)
      let few = many.slice(0..<1).slice(0..<2, along: 1)
      expectClose(norm(few, then: map, in: .float32), map(norm(few)), within: 1e-6)
      let (found, expected) = (
        gradients { norm(many, then: $0, in: .float32) }, gradients { $0(norm(many)) }
      )
      for (a, b) in zip(found, expected) {
        expectClose(try #require(a), try #require(b), within: 1e-4)
      }
    }
  }
}
