import Layers
import Tensors
import TestSupport
import Testing

@testable import ImageEncoders

extension ImageEncodersTests {
  @Suite("Folding and bfloat16")
  struct FoldingTests {
    @Test(
      "an encoder with its norms folded says the same",
      arguments: [EncoderArchitecture.mobileNetV2, .resNet18, .resNet50, .inceptionV3])
    func folding(architecture: EncoderArchitecture) {
      func check<Encoder: ImageEncoder>(_ encoder: Encoder) {
        let encoder = encoder.withFormulaWeights()
        let folded = encoder.foldingNorms()
        #expect(folded.parameters.allSatisfy { $0.parameter.role == .learned })
        let pixels = FormulaWeights.photos(height: 128, width: 96)
        let (map, expected) = (folded(pixels), encoder(pixels))
        #expect(map.shape == expected.shape)
        #expect(relativeDistance(map, expected) < 1e-5)
      }
      check(architecture.makeEncoder())
    }

    @Test("folding leaves the encoder it is asked of alone")
    func copies() {
      let encoder = ResNet(.eighteen).withFormulaWeights()
      let before = encoder.parameters.map(\.parameter.name)
      let kernel = encoder.parameters[0].value.floats
      _ = encoder.foldingNorms()
      #expect(encoder.parameters.map(\.parameter.name) == before)
      #expect(encoder.parameters[0].value.floats == kernel)
    }

    @Test(
      "bfloat16 numbers give features within two per cent", .multipliesBfloat16,
      arguments: [EncoderArchitecture.mobileNetV2, .resNet18], [true, false])
    func bfloat16(architecture: EncoderArchitecture, isFolded: Bool) {
      func check<Encoder: ImageEncoder>(_ encoder: Encoder) {
        let encoder = encoder.withFormulaWeights()
        let pixels = FormulaWeights.photos(height: 224, width: 224)
        var rounded = isFolded ? encoder.foldingNorms() : encoder
        rounded.updateParameters { _, value in value = value.converted(to: .bfloat16) }
        let features = rounded.features(pixels.converted(to: .bfloat16))
        #expect(features.elementType == .bfloat16)
        let distance = relativeDistance(
          features.converted(to: .float32), encoder.features(pixels))
        #expect(distance < 0.02)
        #expect(distance > 1e-4, "as good as float32, so not what was asked for")
      }
      check(architecture.makeEncoder())
    }
  }
}
