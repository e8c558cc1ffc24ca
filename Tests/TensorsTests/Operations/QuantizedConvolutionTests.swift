import TestSupport
import Testing

@testable import Tensors

extension TensorsTests {
  @Suite("Convolution of 8-bit numbers")
  struct QuantizedConvolutionTests {
    struct Case: Sendable, CustomTestStringConvertible {
      var name: String
      var x: Shape
      var weight: Shape
      var geometry = ConvolutionGeometry()
      var activation = Activation.linear
      var source = ElementType.uint8(scale: 0.01)
      var addend: ElementType?
      var result = ElementType.int8(scale: 0.02)
      var testDescription: String { name }
    }

    static let cases = [
      Case(name: "pointwise", x: [2, 5, 6, 24], weight: [40, 24, 1, 1]),
      Case(
        name: "pointwise, signed", x: [1, 7, 7, 33], weight: [17, 33, 1, 1],
        source: .int8(scale: 0.01)),
      Case(
        name: "pictures", x: [1, 20, 22, 3], weight: [32, 3, 3, 3],
        geometry: .init(stride: 2, padding: Padding(1)), activation: .relu6,
        source: .int8(scale: 0.01), result: .uint8(scale: 6 / 255)),
      Case(
        name: "relu6 within a smaller range", x: [1, 6, 6, 16], weight: [16, 16, 3, 3],
        geometry: .init(padding: Padding(1)), activation: .relu6, result: .uint8(scale: 0.004)),
      Case(
        name: "relu6 within a larger range", x: [1, 6, 6, 16], weight: [16, 16, 3, 3],
        geometry: .init(padding: Padding(1)), activation: .relu6, result: .uint8(scale: 0.05)),
      Case(
        name: "depthwise", x: [2, 9, 9, 32], weight: [32, 1, 3, 3],
        geometry: .init(padding: Padding(1), groups: 32), activation: .relu,
        result: .uint8(scale: 0.01)),
      Case(
        name: "depthwise, stride 2, odd channels, as in TensorFlow", x: [1, 8, 8, 21],
        weight: [21, 1, 3, 3],
        geometry: .init(
          stride: 2, padding: Padding(top: 0, left: 0, bottom: 1, right: 1), groups: 21)),
      Case(
        name: "depthwise 5x5", x: [1, 9, 9, 48], weight: [48, 1, 5, 5],
        geometry: .init(padding: Padding(2), groups: 48), source: .int8(scale: 0.01)),
      Case(
        name: "groups", x: [1, 6, 6, 32], weight: [64, 8, 3, 3],
        geometry: .init(padding: Padding(1), groups: 4)),
      Case(
        name: "7x7", x: [1, 24, 24, 3], weight: [64, 3, 7, 7],
        geometry: .init(stride: 2, padding: Padding(3)), activation: .relu,
        source: .int8(scale: 0.01), result: .uint8(scale: 0.02)),
      Case(
        name: "1x1, stride 2", x: [1, 8, 8, 32], weight: [64, 32, 1, 1],
        geometry: .init(stride: 2)),
      Case(
        name: "residual, linear", x: [1, 6, 6, 48], weight: [24, 48, 1, 1],
        addend: .int8(scale: 0.03)),
      Case(
        name: "residual, relu, of another sign", x: [1, 6, 6, 32], weight: [64, 32, 1, 1],
        activation: .relu, addend: .int8(scale: 0.03), result: .uint8(scale: 0.02)),
      Case(
        name: "residual, relu, unsigned", x: [1, 6, 6, 32], weight: [64, 32, 3, 3],
        geometry: .init(padding: Padding(1)), activation: .relu, addend: .uint8(scale: 0.01),
        result: .uint8(scale: 0.02)),
      Case(
        name: "silu", x: [1, 6, 6, 32], weight: [32, 32, 1, 1], activation: .silu),
      Case(
        name: "hard swish", x: [1, 6, 6, 32], weight: [32, 1, 3, 3],
        geometry: .init(padding: Padding(1), groups: 32), activation: .hardSwish),
      Case(name: "gelu", x: [1, 6, 6, 32], weight: [32, 32, 1, 1], activation: .gelu),
      Case(name: "to float32", x: [1, 6, 6, 32], weight: [32, 32, 1, 1], result: .float32),
      Case(
        name: "to float32, relu6", x: [1, 6, 6, 32], weight: [32, 32, 1, 1], activation: .relu6,
        result: .float32),
    ]

    /// Returns a convolution and the largest error that rounding permits.
    private func result(_ test: Case, on device: Device) -> Tensor {
      let shown = test.source.scale ?? 1
      let x = FormulaWeights.scaled("x", test.x)
      let unsigned = if case .uint8 = test.source { true } else { false }
      // All values of the type occur.
      let source = Tensor(
        x.floats.map { (unsigned ? abs($0) : $0) * 200 * shown }, shape: test.x, on: device
      ).converted(to: test.source)
      var weight = FormulaWeights.scaled("weight", test.weight).floats
      // A channel of zeros keeps its bias.
      let channel = weight.count / test.weight[0]
      for i in 0..<channel { weight[i] = 0 }
      let kernel = QuantizedKernel(
        Tensor(weight, shape: test.weight, on: device),
        bias: FormulaWeights.scaled("bias", [test.weight[0]]).moved(to: device), limit: 127)
      var addend: Tensor?
      if let type = test.addend {
        let shape = Window(source.shape, test.weight, test.geometry, .linear).outputShape
        addend = FormulaWeights.scaled("addend", shape).moved(to: device).converted(to: type)
      }
      return convolution(
        source, kernel, adding: addend.take(), test.geometry, activation: test.activation,
        into: test.result)
    }

    @Test("agrees with its formula", arguments: cases)
    func formula(test: Case) {
      let (found, wanted) = (result(test, on: .cpu), result(test, on: .reference()))
      #expect(found.elementType == test.result && found.shape == wanted.shape)
      let unit = test.result.scale ?? 1e-4
      let (a, b) = (found.floats, wanted.floats)
      // Rounding may fall to either side of a half.
      #expect(zip(a, b).allSatisfy { abs($0 - $1) <= unit * 1.01 })
      #expect(zip(a, b).count { abs($0 - $1) > unit / 2 } <= a.count / 50 + 1)
      #expect(Set(a).count > 8, "too few values to tell")
    }

    @Test("agrees on one thread and on several")
    func threads() {
      for test in Self.cases {
        let before = Device.threadCount
        defer { Device.setThreadCount(before) }
        let several = result(test, on: .cpu).floats
        Device.setThreadCount(1)
        #expect(result(test, on: .cpu).floats == several)
      }
    }

    @Test("an addend that others still need is left alone; any other lends its memory")
    func addendMemory() {
      let x = FormulaWeights.scaled("x", [1, 5, 5, 16]).converted(to: .int8(scale: 0.01))
      let kernel = QuantizedKernel(FormulaWeights.scaled("weight", [32, 16, 1, 1]), bias: nil)
      let kept = FormulaWeights.scaled("addend", [1, 5, 5, 32]).converted(to: .int8(scale: 0.02))
      let before = kept.floats
      let y = convolution(x, kernel, adding: kept, into: .uint8(scale: 0.03))
      #expect(kept.floats == before)
      var lent = kept.converted(to: .float32).converted(to: .int8(scale: 0.02))
      let address = lent.region.rawAddress
      let z = convolution(x, kernel, adding: lent.taken(), into: .uint8(scale: 0.03))
      #expect(z.region.rawAddress == address && z.floats == y.floats)
    }

    @Test("numbers are rounded to the nearest, and those beyond the range to its ends")
    func rounding() {
      let x = Tensor(
        [-3, -0.26, -0.25, 0, 0.24, 0.25, 0.75, 63.4, 63.6, 64, 1e30, .nan], shape: [12])
      #expect(
        x.converted(to: .int8(scale: 0.5)).floats
          == [-3, -0.5, 0, 0, 0, 0, 1, 63.5, 63.5, 63.5, 63.5, -64])
      #expect(
        x.converted(to: .uint8(scale: 0.25)).floats
          == [0, 0, 0, 0, 0.25, 0.25, 0.75, 63.5, 63.5, 63.75, 63.75, 0])
      let back = x.converted(to: .int8(scale: 0.5)).converted(to: .uint8(scale: 0.5))
      #expect(back.floats[0] == 0 && back.floats[6] == 1)
    }

    @Test("pixels are normalised and rounded at once", arguments: [1, 15, 16, 17, 100])
    func pixels(count: Int) {
      let bytes = (0..<3 * count).map { UInt8(truncatingIfNeeded: $0 * 37) }
      func pixels(_ type: ElementType, _ device: Device = .cpu) -> Tensor {
        Tensor(
          pictures: [bytes, bytes], height: 1, width: count, scale: [0.02, 0.01, 0.03],
          shift: [-2, -1, 0], type: type, on: device)
      }
      for type in [ElementType.int8(scale: 0.03), .uint8(scale: 0.02)] {
        let (found, wanted) = (pixels(type), pixels(type, .reference()))
        let unit = (type.scale ?? 0) * 1.01
        #expect(found.elementType == type)
        #expect(zip(found.floats, wanted.floats).allSatisfy { abs($0 - $1) <= unit })
      }
      expectClose(pixels(.float32), pixels(.float32, .reference()).moved(to: .cpu), within: 1e-6)
    }

    @Test("other operations compute with their values, in floating point")
    func otherOperations() {
      let x = FormulaWeights.scaled("x", [2, 6, 6, 8]).converted(to: .int8(scale: 0.01))
      let floats = x.converted(to: .float32)
      #expect(x.mean(over: [1, 2]).floats == floats.mean(over: [1, 2]).floats)
      #expect((x * floats).floats == (floats * floats).floats)
      #expect(
        averagePool(x, window: 2, stride: 2).floats
          == averagePool(floats, window: 2, stride: 2).floats)
      let largest = maxPool(x, window: 3, stride: 2, padding: Padding(1))
      #expect(largest.elementType == x.elementType)
      #expect(largest.floats == maxPool(floats, window: 3, stride: 2, padding: Padding(1)).floats)
      let unsigned = x.converted(to: .uint8(scale: 0.01))
      #expect(
        maxPool(unsigned, window: 2, stride: 2).floats
          == maxPool(unsigned.converted(to: .float32), window: 2, stride: 2).floats)
      let joined = Tensor(concatenating: [x, unsigned], along: 3)
      let bothFloats = Tensor(concatenating: [floats, unsigned.converted(to: .float32)], along: 3)
      #expect(joined.floats == bothFloats.floats)
      #expect(x.slice(1..<2).floats == floats.slice(1..<2).floats)
      let weight = FormulaWeights.scaled("weight", [4, 8, 1, 1])
      #expect(convolution(x, weight).floats == convolution(floats, weight).floats)
    }

    @Test("a kernel has a scale for each output channel, and 7 bits where the processor needs them")
    func kernels() {
      let weight = Tensor([1, -2, 0, 0, 0.5, 0.25], shape: [3, 2, 1, 1])
      let kernel = QuantizedKernel(weight, bias: nil, limit: 127)
      #expect(kernel.weight.floats == [64, -127, 0, 0, 127, 64])
      #expect(kernel.scales[1] == 1 && kernel.bias == [0, 0, 0])
      #expect(abs(kernel.scales[0] - 2 / 127) < 1e-6)
      let limited = QuantizedKernel(weight, bias: nil, limit: 63).weight.floats
      #expect(limited.allSatisfy { abs($0) <= 63 })
    }
  }
}
