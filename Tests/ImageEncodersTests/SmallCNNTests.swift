import ImageEncoders
import Layers
import Tensors
import TestSupport
import Testing

extension ImageEncodersTests {
  /// `scripts/fixtures/small_cnn.py` wrote the fixture with PyTorch.
  @Suite("Small encoder")
  struct SmallCNNTests {
    @Test("has PyTorch's map, features and gradients")
    func parity() throws {
      let fixture = try Fixture("small_cnn")
      let encoder = SmallCNN().withFormulaWeights()
      let pixels = FormulaWeights.photos(height: 64, width: 64)
      let map = encoder(pixels)
      try #require(map.shape == [2, 4, 4, 128])
      #expect(relativeDistance(map, try fixture["map"]) < 1e-5)
      let shares = try fixture["loss.pooled"]
      var features = Tensor(0)
      let (_, gradient) = valueWithGradient(at: encoder) { encoder in
        features = encoder.features(pixels).withoutGradient()
        return (encoder.features(pixels) * shares).sum()
      }
      #expect(relativeDistance(features, try fixture["pooled"]) < 1e-5)
      #expect(gradient.tensors.count == encoder.parameters.count)
      let stride = try fixture.integers("stride")[0]
      for (name, gradient) in gradient.tensors {
        let numbers = gradient.floats
        let samples = Swift.stride(from: 0, to: numbers.count, by: stride).map { numbers[$0] }
        // Where two pixels are nearly equal, pooling in float32 may choose the other one.
        #expect(
          relativeDistance(Tensor(samples, shape: [samples.count]), try fixture["grad.\(name)"])
            < 1e-4, "gradient of \(name)")
        let length = gradient.sumOfSquares.squareRoot()
        #expect(
          abs(length / Double(try fixture.floats("grad.\(name).norm")[0]) - 1) < 1e-4,
          "length of the gradient of \(name)")
      }
    }
  }
}
