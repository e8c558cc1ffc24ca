import TestSupport
import Testing

@testable import Tensors

extension TensorsTests {
  @Suite("Convolution")
  struct ConvolutionTests {
    static let cases = [
      "3x3", "3x3-no-bias", "3x3-valid", "1x1", "1x1-stride2", "3x3-stride2", "3x3-stride2-even",
      "3x3-stride2-tf-same", "3x3-lopsided", "2x2-stride2", "7x7-stride2", "5x5", "groups",
      "depthwise", "depthwise-stride2", "depthwise-tf-same", "depthwise-relu6", "16-channels",
      "33-channels", "relu", "relu6", "residual", "residual-relu", "residual-1x1-relu",
      "residual-relu6", "1x7", "silu", "residual-1x1-silu", "hard-swish", "residual-1x1-hard-swish",
      "gelu", "residual-1x1-gelu",
    ]

    @Test("an addend that others still need is left alone; any other lends its memory")
    func addendMemory() {
      let x = FormulaWeights.scaled("x", [1, 5, 5, 3])
      let weight = FormulaWeights.scaled("weight", [16, 3, 1, 1])
      let kept = FormulaWeights.scaled("addend", [1, 5, 5, 16])
      let before = kept.floats
      let y = convolution(x, weight, adding: kept)
      #expect(kept.floats == before)
      expectClose(y, convolution(x, weight) + kept, within: 1e-6)
      // Nobody else holds this one.
      var lent = FormulaWeights.scaled("addend", [1, 5, 5, 16])
      let address = lent.region.rawAddress
      let z = convolution(x, weight, adding: lent.taken())
      #expect(z.region.rawAddress == address && z.floats == y.floats)
      // Nor this one, but a gradient will need it as it was.
      let (_, gradients) = valueWithGradient(at: [x, kept]) {
        convolution($0[0], weight, adding: $0[1], activation: .relu).sum()
      }
      #expect(gradients[1]?.floats == y.floats.map { $0 > 0 ? 1 : 0 } && kept.floats == before)
    }

    @Test("agrees with PyTorch", arguments: cases)
    func parity(name: String) throws {
      let conv = OperationCase("conv.\(name)", in: try Fixture("operations-convolutions"))
      let sides = try conv.integers("padding")
      let geometry = ConvolutionGeometry(
        stride: try conv.integers("stride")[0],
        padding: Padding(top: sides[0], left: sides[2], bottom: sides[1], right: sides[3]),
        groups: try conv.integers("groups")[0])
      let activations: [Activation] = [.linear, .relu, .relu6, .silu, .hardSwish, .gelu]
      let activation = activations[try conv.integers("activation")[0]]
      let inputs = ["x", "weight", "bias", "residual"].filter { conv.contains($0) }
      try conv.prove(inputs) { tensors in
        convolution(
          tensors[0], tensors[1], bias: inputs.firstIndex(of: "bias").map { tensors[$0] },
          adding: inputs.firstIndex(of: "residual").map { tensors[$0] }, geometry,
          activation: activation)
      }
    }

    @Test(
      "the weight gradient of depthwise kernels of any size, also of maps smaller than the kernel",
      arguments: [
        (3, 1, 9, 16), (3, 2, 8, 24), (5, 1, 9, 40), (5, 2, 10, 16), (5, 1, 2, 5), (7, 1, 11, 33),
        (7, 2, 3, 16),
      ], [ElementType.float32, .bfloat16])
    func depthwiseGradient(_ shape: (Int, Int, Int, Int), _ type: ElementType) {
      let (side, stride, size, channels) = shape
      let padding = Padding(top: side / 2, left: 1, bottom: side / 2, right: side - 2)
      let geometry = ConvolutionGeometry(stride: stride, padding: padding, groups: channels)
      let x = FormulaWeights.scaled("x", [3, size, size, channels]).converted(to: type)
      let weight = FormulaWeights.scaled("weight", [channels, 1, side, side])
      let bias = FormulaWeights.scaled("bias", [channels])
      let out = convolution(x, weight, bias: bias, geometry).shape
      let dy = FormulaWeights.scaled("dy", out).converted(to: type)
      let (_, gradients) = valueWithGradient(at: [weight, bias]) {
        (convolution(x, $0[0], bias: $0[1], geometry) * dy).converted(to: .float32).sum()
      }
      var (dweight, dbias) = (
        [Double](repeating: 0, count: weight.elementCount), [Double](repeating: 0, count: channels)
      )
      let (xs, dys) = (x.converted(to: .float32).floats, dy.converted(to: .float32).floats)
      for b in 0..<3 {
        for (oy, ox) in (0..<out[1]).flatMap({ y in (0..<out[2]).map { (y, $0) } }) {
          for c in 0..<channels {
            let d = Double(dys[((b * out[1] + oy) * out[2] + ox) * channels + c])
            dbias[c] += d
            for (ky, kx) in (0..<side).flatMap({ y in (0..<side).map { (y, $0) } }) {
              let (iy, ix) = (oy * stride + ky - padding.top, ox * stride + kx - padding.left)
              guard (0..<size).contains(iy), (0..<size).contains(ix) else { continue }
              let value = xs[((b * size + iy) * size + ix) * channels + c]
              dweight[(c * side + ky) * side + kx] += d * Double(value)
            }
          }
        }
      }
      let expected = [
        Tensor(dweight.map { Float($0) }, shape: weight.shape),
        Tensor(dbias.map { Float($0) }, shape: bias.shape),
      ]
      for (gradient, expected) in zip(gradients, expected) {
        expectClose(gradient ?? Tensor(zeros: []), expected, within: 5e-6)
      }
    }

    @Test("no case of the fixture is forgotten")
    func allCases() throws {
      let names = try Fixture("operations-convolutions").tensorNames
      let found = Set(
        names.compactMap { $0.split(separator: ".").dropFirst().first.map(String.init) })
      #expect(found == Set(Self.cases))
    }

    @Test("batch norm with fixed statistics folds into weight and bias, gradients included")
    func foldedBatchNorm() throws {
      let fixture = try Fixture("operations-normalisation")
      let folded = OperationCase("conv-batchnorm-relu", in: fixture)
      let (mean, variance) = (try folded["running_mean"], try folded["running_var"])
      try folded.prove(["x", "conv", "weight", "bias"]) { t in
        let scale = t[2] / sqrt(variance.moved(to: t[0].device) + 1e-5)
        return convolution(
          t[0], t[1] * scale.reshaped(to: [4, 1, 1, 1]),
          bias: t[3] - mean.moved(to: t[0].device) * scale,
          ConvolutionGeometry(padding: Padding(1)), activation: .relu)
      }
    }

    @Test("batch norm on its own is arithmetic", arguments: ["batchnorm", "batchnorm.1e-3"])
    func batchNorm(name: String) throws {
      let norm = OperationCase(name, in: try Fixture("operations-normalisation"))
      let (mean, variance) = (try norm["running_mean"], try norm["running_var"])
      let epsilon = try norm["epsilon"].scalar
      try norm.prove(["x", "weight", "bias"]) { t in
        let device = t[0].device
        return (t[0] - mean.moved(to: device)) / sqrt(variance.moved(to: device) + epsilon) * t[1]
          + t[2]
      }
    }

    @Test("a kernel that does not fit stops the program with both shapes in the message")
    func misfit() async throws {
      let result = try await #require(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        _ = convolution(Tensor(zeros: [1, 4, 4, 3]), Tensor(zeros: [8, 4, 3, 3]))
      }
      let message = String(decoding: result.standardErrorContent, as: UTF8.self)
      #expect(
        message.contains(
          "convolution: a kernel [8, 4, 3, 3] in 1 groups does not fit a map [1, 4, 4, 3]"))
    }
  }
}

extension Tensor {
  /// Returns this tensor and leaves nothing behind.
  mutating func taken() -> Tensor {
    defer { self = Tensor(zeros: []) }
    return self
  }
}
