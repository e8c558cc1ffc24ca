import Tensors
import TestSupport
import Testing

@testable import ImageEncoders
@testable import Layers

extension ImageEncodersTests {
  @Suite("Quantization")
  struct QuantizationTests {
    @Test(
      "an encoder in whole numbers gives features within a few per cent",
      arguments: [
        (EncoderArchitecture.mobileNetV2, 0.12), (.resNet18, 0.05), (.resNet50, 0.08),
        (.efficientNetLite0, 0.12), (.efficientNetB0, 0.2), (.inceptionV3, 0.1),
        (.mobileNetV3Small, 0.4), (.vgg11BN, 0.05),
      ])
    func features(encoder: (architecture: EncoderArchitecture, tolerance: Double)) {
      func check<Encoder: ImageEncoder>(_ blank: Encoder) {
        let exact = blank.withFormulaWeights()
        let side = max(128, encoder.architecture.inputSizes.lowerBound)
        let pixels = FormulaWeights.photos(height: side, width: side)
        let quantization = exact.calibrate { _ = $0.features(pixels) }
        let quantized = exact.quantized(by: quantization)
        let distance = relativeDistance(quantized.features(pixels), exact.features(pixels))
        #expect(distance < encoder.tolerance)
        #expect(distance > 1e-4, "as good as float32, so not what was asked for")
        #expect(quantized.features(pixels).elementType == .float32)
        // Pictures that are rounded before are what the first layer would make of them.
        let type = quantization.inputType(of: exact)
        let rounded = quantized.features(pixels.converted(to: type ?? .float32))
        #expect(rounded.floats == quantized.features(pixels).floats && type != nil)
        // Picture by picture, the same numbers come out.
        let both = Tensor(concatenating: [pixels, pixels, pixels, pixels], along: 0)
        let parts = quantized.featuresByPicture(both, .pooled)
        let first = parts.slice(0..<pixels.shape[0])
        #expect(relativeDistance(first, quantized.features(pixels)) < 1e-5)
      }
      check(encoder.architecture.makeEncoder())
    }

    @Test("layers that are kept, or unknown, compute in floating point")
    func kept() {
      let exact = ResNet(.eighteen).withFormulaWeights()
      let pixels = FormulaWeights.photos(height: 64, width: 64)
      var quantization = exact.calibrate { _ = $0.features(pixels) }
      #expect(quantization.layers.count == 20)
      #expect(quantization.layers["layer1.0.conv2"]?.addend != nil)
      #expect(quantization.layers["layer1.0.conv1"]?.addend == nil)
      let wanted = exact.features(pixels)
      let unknown = exact.quantized(by: Quantization()).features(pixels)
      #expect(unknown.floats == exact.foldingNorms().features(pixels).floats)
      let all = relativeDistance(exact.quantized(by: quantization).features(pixels), wanted)
      // The stem's input, the pictures, is rounded with the most loss.
      quantization.kept = Set(quantization.layers.keys.filter { $0 != "conv1" })
      let one = relativeDistance(exact.quantized(by: quantization).features(pixels), wanted)
      #expect(one < all)
      quantization.kept = Set(quantization.layers.keys)
      let none = exact.quantized(by: quantization).features(pixels)
      #expect(relativeDistance(none.converted(to: .float32), wanted) < one)
    }

    @Test("an encoder whose convolutions have no batch norm has nothing to quantize")
    func nothing() {
      let exact = EncoderArchitecture.convNeXtTiny.makeEncoder()
      func check<Encoder: ImageEncoder>(_ encoder: Encoder) {
        let pixels = FormulaWeights.photos(height: 224, width: 224)
        #expect(encoder.calibrate { _ = $0(pixels) }.layers.isEmpty)
      }
      check(exact)
    }

    @Test("the scale cuts off rare large values")
    func scales() {
      var histogram = ValueHistogram()
      histogram.add((0..<1_000_000).map { Float($0 % 1000) / 1000 })
      #expect(abs(histogram.scale(limit: 255) * 255 - 1) < 0.1)
      histogram.add([3])
      #expect(histogram.scale(limit: 255) * 255 < 2)
      #expect(!histogram.hasNegatives)
      histogram.add([-1, .nan, 0])
      #expect(histogram.hasNegatives)
      #expect(ValueHistogram().scale(limit: 127) == Float(1) / 127)
    }
  }
}
