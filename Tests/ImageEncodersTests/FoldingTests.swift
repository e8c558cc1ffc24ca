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
      arguments: [
        EncoderArchitecture.mobileNetV2, .resNet18, .resNet50, .inceptionV3, .mobileNetV3Small,
        .efficientNetB0, .efficientNetLite0, .convNeXtTiny, .vgg11BN,
      ])
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
      "bfloat16 numbers give features within a few per cent", .multipliesBfloat16,
      arguments: [
        (EncoderArchitecture.mobileNetV2, 0.02), (.resNet18, 0.02), (.convNeXtTiny, 0.02),
        (.efficientNetLite0, 0.03),
        // Formula weights leave its features close to zero.
        (.mobileNetV3Small, 0.1),
      ], [true, false])
    func bfloat16(encoder: (architecture: EncoderArchitecture, tolerance: Double), isFolded: Bool) {
      func check<Encoder: ImageEncoder>(_ blank: Encoder) {
        let exact = blank.withFormulaWeights()
        let pixels = FormulaWeights.photos(height: 224, width: 224)
        var rounded = isFolded ? exact.foldingNorms() : exact
        rounded.updateParameters { _, value in value = value.converted(to: .bfloat16) }
        let features = rounded.features(pixels.converted(to: .bfloat16))
        #expect(features.elementType == .bfloat16)
        let distance = relativeDistance(
          features.converted(to: .float32), exact.features(pixels))
        #expect(distance < encoder.tolerance)
        #expect(distance > 1e-4, "as good as float32, so not what was asked for")
      }
      check(encoder.architecture.makeEncoder())
    }
  }
}
