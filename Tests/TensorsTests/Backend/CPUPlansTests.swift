import TestSupport
import Testing

@testable import Tensors

extension TensorsTests {
  @Suite("oneDNN plans")
  struct CPUPlansTests {
    /// Feature maps like those of MobileNetV2 and the ResNets, with an eighth of the pixels.
    static let layers: [(String, x: Shape, weight: Shape, ConvolutionGeometry)] = [
      ("stem 3x3", [2, 32, 32, 3], [32, 3, 3, 3], .init(stride: 2, padding: Padding(1))),
      ("stem 7x7", [2, 32, 32, 3], [64, 3, 7, 7], .init(stride: 2, padding: Padding(3))),
      ("depthwise", [2, 14, 14, 96], [96, 1, 3, 3], .init(padding: Padding(1), groups: 96)),
      (
        "depthwise, stride 2", [2, 14, 14, 144], [144, 1, 3, 3],
        .init(stride: 2, padding: Padding(1), groups: 144)
      ),
      ("expansion", [2, 14, 14, 24], [144, 24, 1, 1], .init()),
      ("projection", [2, 14, 14, 144], [24, 144, 1, 1], .init()),
      ("last", [2, 7, 7, 320], [1280, 320, 1, 1], .init()),
      ("3x3", [2, 14, 14, 64], [64, 64, 3, 3], .init(padding: Padding(1))),
      ("3x3, stride 2", [2, 14, 14, 64], [128, 64, 3, 3], .init(stride: 2, padding: Padding(1))),
      ("shortcut", [2, 14, 14, 64], [128, 64, 1, 1], .init(stride: 2)),
    ]

    @Test(
      "no layer of an encoder falls back to oneDNN's reference code",
      .enabled(if: Processor.has("avx2"), "oneDNN has fast channels-last kernels from AVX2 on"),
      arguments: layers.indices)
    func implementations(index: Int) throws {
      let backend = CPUBackend()
      let device = Device(backend)
      let (name, x, weight, geometry) = Self.layers[index]
      let inputs = [x, weight, [weight[0]]].map { Tensor(zeros: $0, on: device) }
      let y = convolution(inputs[0], inputs[1], bias: inputs[2], geometry, activation: .relu)
      _ = valueWithGradient(at: inputs + [y]) { t in
        convolution(t[0], t[1], bias: t[2], adding: t[3], geometry, activation: .relu).sum()
          + convolution(t[0], t[1], bias: t[2], geometry, activation: .relu6).sum()
      }
      // Those of a depthwise weight are summed by a kernel of our own.
      #expect(backend.implementations.count == (geometry.groups > 1 ? 4 : 5))
      for implementation in backend.implementations {
        let kernel = implementation.prefix { $0 != " " }
        #expect(!kernel.contains("ref"), "\(name): \(implementation)")
      }
    }

    @Test("plans of shapes that never come again do not pile up, and products stay right")
    func bounded() {
      let backend = CPUBackend()
      let device = Device(backend)
      let weight = FormulaWeights.scaled("weight", [8, 4]).moved(to: device)
      let x = FormulaWeights.scaled("x", [1100, 4])
      let whole = linear(x, weight.moved(to: .cpu), bias: nil)
      for rows in 5...1100 {
        let y = linear(x.slice(0..<rows).moved(to: device), weight, bias: nil)
        if rows % 99 == 0 { expectClose(y.moved(to: .cpu), whole.slice(0..<rows), within: 1e-6) }
      }
      #expect(backend.implementations.count <= 1024)
    }
  }
}
