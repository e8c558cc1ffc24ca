import Layers
import Tensors
import TestSupport
import Testing

@testable import ImageEncoders

extension ImageEncodersTests {
  /// `scripts/fixtures/encoders.py` wrote the fixture with torchvision.
  @Suite("Encoders")
  struct EncoderParityTests {
    @Test(
      "give the maps and features of the published networks",
      arguments: [
        ("mobilenet_v2", 1e-5), ("resnet18", 1e-5), ("resnet34", 1e-4), ("resnet50", 1e-4),
        ("resnet101", 1e-4), ("resnet152", 1e-4), ("vgg16", 1e-4), ("vgg19", 1e-4),
        ("inception_v3", 1e-4), ("mobilenet_v3_small", 1e-4), ("mobilenet_v3_large", 1e-4),
        ("efficientnet_b0", 1e-4), ("efficientnet_b2", 1e-4), ("efficientnet_lite0", 1e-4),
        ("efficientnet_lite2", 1e-4), ("convnext_tiny", 1e-4), ("resnext50_32x4d", 1e-4),
        ("wide_resnet50_2", 1e-4), ("vgg11_bn", 1e-4),
      ])
    func parity(name: String, tolerance: Double) throws {
      let architecture = try #require(EncoderArchitecture.ofType(name))
      try check(architecture.makeEncoder(), against: name, within: tolerance)
    }

    @Test("MobileNetV2 pads as TensorFlow does where asked to")
    func tensorFlowPadding() throws {
      try check(MobileNetV2(padding: .same), against: "mobilenet_v2.tf-same", within: 1e-5)
    }

    /// Two numbers are compared in the length of their difference, relative to that of what they
    /// should be; single elements may be zero.
    private func check<Encoder: ImageEncoder>(
      _ encoder: Encoder, against name: String, within tolerance: Double
    ) throws {
      let fixture = try Fixture("encoders")
      let side = ["inception_v3": 299, "efficientnet_lite2": 260][name] ?? 224
      let encoder = encoder.withFormulaWeights()
      let map = encoder(FormulaWeights.photos(height: side, width: side))
      let (numbers, stride) = (map.floats, try fixture.integers("\(name).stride")[0])
      let shape = try fixture.integers("\(name).shape")
      try #require(map.shape == shape)
      let samples = Swift.stride(from: 0, to: numbers.count, by: stride).map { numbers[$0] }
      let features = encoder.pooled(map)
      #expect(features.shape == [2, encoder.pooledSize])
      for (row, what) in ["first", "second"].enumerated() {
        let distance = relativeDistance(
          features.slice(row..<row + 1), try fixture["\(name).pooled"].slice(row..<row + 1))
        #expect(distance < tolerance, "features of the \(what) photo")
      }
      let expected = try fixture["\(name).samples"]
      #expect(
        relativeDistance(Tensor(samples, shape: [samples.count]), expected) < tolerance, "map")
      let square = numbers.reduce(0) { $0 + Double($1) * Double($1) } / Double(numbers.count)
      let expectedSquare = Double(try fixture.floats("\(name).mean-square")[0])
      #expect(abs(square / expectedSquare - 1) < 2 * tolerance, "mean square of the map")
    }
  }
}
