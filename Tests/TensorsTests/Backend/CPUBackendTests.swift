import TestSupport
import Testing

@testable import Tensors

extension TensorsTests {
  @Suite("CPU backend")
  struct CPUBackendTests {
    /// Convolutions at the edge: one pixel, one channel, odd and even sizes, asymmetric padding.
    static let layers: [(x: Shape, weight: Shape, ConvolutionGeometry)] = [
      ([1, 1, 1, 1], [1, 1, 1, 1], .init()),
      ([1, 1, 1, 5], [7, 5, 1, 1], .init()),
      ([2, 1, 1, 4], [3, 4, 3, 3], .init(padding: Padding(1))),
      ([1, 9, 7, 3], [5, 3, 3, 3], .init(stride: 2, padding: Padding(1))),
      ([2, 8, 10, 3], [32, 3, 3, 3], .init(stride: 2, padding: Padding(1))),
      (
        [1, 8, 8, 3], [33, 3, 3, 3],
        .init(stride: 2, padding: .init(top: 0, left: 0, bottom: 1, right: 1))
      ),
      ([1, 15, 13, 3], [16, 3, 7, 7], .init(stride: 2, padding: Padding(3))),
      ([2, 7, 7, 17], [17, 1, 3, 3], .init(padding: Padding(1), groups: 17)),
      ([1, 8, 8, 33], [33, 1, 3, 3], .init(stride: 2, padding: Padding(1), groups: 33)),
      ([1, 7, 9, 16], [16, 1, 3, 3], .init(stride: 2, padding: Padding(1), groups: 16)),
      ([1, 5, 5, 6], [12, 1, 3, 3], .init(padding: Padding(1), groups: 6)),
      ([1, 6, 5, 10], [14, 5, 3, 3], .init(padding: Padding(1), groups: 2)),
      ([3, 7, 7, 40], [24, 40, 1, 1], .init()),
      ([1, 7, 7, 40], [64, 40, 1, 1], .init(stride: 2)),
      ([1, 6, 7, 20], [9, 20, 3, 3], .init(padding: .init(top: 2, left: 0, bottom: 1, right: 1))),
      ([1, 5, 8, 4], [6, 4, 1, 7], .init(padding: .init(top: 0, left: 3, bottom: 0, right: 3))),
      ([1, 4, 4, 3], [2, 3, 4, 4], .init()),
    ]

    @Test("convolutions agree with the reference, gradients too", arguments: layers.indices)
    func convolutions(index: Int) {
      let (x, weight, geometry) = Self.layers[index]
      let inputs = [
        FormulaWeights.scaled("x", x), FormulaWeights.scaled("weight", weight),
        FormulaWeights.scaled("bias", [weight[0]]),
      ]
      let name = "\(x) by \(weight)"
      expectAgreement(at: inputs, name) { convolution($0[0], $0[1], bias: $0[2], geometry) }
      expectAgreement(at: inputs, "\(name) with ReLU6") {
        convolution($0[0] * 3, $0[1], geometry, activation: .relu6)
      }
      let y = convolution(inputs[0], inputs[1], geometry)
      expectAgreement(at: inputs + [FormulaWeights.scaled("addend", y.shape)], "\(name) + map") {
        convolution($0[0], $0[1], bias: $0[2], adding: $0[3], geometry, activation: .relu)
      }
    }

    @Test("what is added to a convolution stays as it was")
    func addend() {
      let inputs = [[1, 4, 4, 3], [5, 3, 1, 1], [1, 4, 4, 5]].map { FormulaWeights.scaled("t", $0) }
      let before = inputs[2].floats
      let first = convolution(inputs[0], inputs[1], adding: inputs[2])
      #expect(inputs[2].floats == before)
      #expect(convolution(inputs[0], inputs[1], adding: inputs[2]).floats == first.floats)
    }

    @Test(
      "products agree with the reference, either side transposed",
      arguments: [
        [1, 1, 1], [1, 17, 1], [3, 16, 15], [17, 1, 33], [5, 64, 48], [65, 33, 100], [3, 200, 301],
      ])
    func products(sizes: [Int]) {
      let (rows, inner, columns) = (sizes[0], sizes[1], sizes[2])
      for (left, right) in [(false, false), (false, true), (true, false), (true, true)] {
        let inputs = [
          FormulaWeights.scaled("a", left ? [inner, rows] : [rows, inner]),
          FormulaWeights.scaled("b", right ? [columns, inner] : [inner, columns]),
        ]
        expectAgreement(at: inputs, "\(sizes), \(left), \(right)") {
          matmul($0[0], $0[1], transposeLeft: left, transposeRight: right)
        }
      }
      let layer = [[rows, inner], [columns, inner], [columns]].map {
        FormulaWeights.scaled("t", $0)
      }
      expectAgreement(at: layer, "linear \(sizes)") { linear($0[0], $0[1], bias: $0[2]) }
    }

    @Test("a square matrix read plain and transposed is packed both ways")
    func squareMatrix() {
      let x = FormulaWeights.scaled("x", [4, 48])
      let weight = FormulaWeights.scaled("weight", [48, 48])
      let exact = [x, weight].map { $0.moved(to: .reference()) }
      for transposed in [true, false, true] {
        let y = Tensor(uninitialized: [4, 48], on: .cpu)
        let product = Product(
          rows: 4, columns: 48, inner: 48, transposeRight: transposed, reusesRight: true)
        Device.cpu.backend.multiply(x.region, weight.region, nil, product, into: y.region)
        let expected = matmul(exact[0], exact[1], transposeRight: transposed)
        expectClose(y, expected.moved(to: .cpu), within: 1e-5)
      }
    }

    @Test("weights that change in place are packed anew, for products and convolutions")
    func repacking() {
      var matrix = FormulaWeights.scaled("matrix", [70, 40])
      var kernel = FormulaWeights.scaled("kernel", [40, 8, 3, 3])
      let (x, map) = (
        FormulaWeights.scaled("x", [3, 40]), FormulaWeights.scaled("x", [1, 5, 5, 8])
      )
      for round in 0..<3 {
        let factor = Float(round + 1)
        let values = ["matrix", "kernel"].map {
          FormulaWeights.scaled("\($0) \(round)", [1]) * factor
        }
        matrix.update { Device.cpu.backend.fill($0, with: values[0].scalar) }
        kernel.update { Device.cpu.backend.fill($0, with: values[1].scalar) }
        expectClose(
          linear(x, matrix, bias: nil),
          (x.sum(over: [1]) * values[0]).reshaped(to: [3, 1])
            + Tensor(zeros: [3, 70]), within: 1e-4)
        let gradient = valueWithGradient(at: [map]) { convolution($0[0], kernel).sum() }.gradients[
          0]
        // The middle pixel is under all nine places of the kernel, for each of 40 channels.
        #expect(abs((gradient?.floats[12 * 8] ?? .nan) - 9 * 40 * values[1].scalar) < 1e-2)
      }
    }

    @Test(
      "in bfloat16, products and convolutions stay within a hundredth of float32",
      .multipliesBfloat16)
    func bfloat16() {
      let convolutionInputs = [
        FormulaWeights.scaled("x", [2, 7, 7, 40]), FormulaWeights.scaled("weight", [24, 40, 3, 3]),
        FormulaWeights.scaled("bias", [24]), FormulaWeights.scaled("addend", [2, 7, 7, 24]),
      ]
      let run = { (t: [Tensor]) in
        convolution(
          t[0], t[1], bias: t[2], adding: t[3], ConvolutionGeometry(padding: Padding(1)),
          activation: .relu)
      }
      expectCloseInBfloat16(convolutionInputs, run)
      let depthwise = [[1, 8, 8, 32], [32, 1, 3, 3]].map { FormulaWeights.scaled("t", $0) }
      expectCloseInBfloat16(depthwise) {
        convolution(
          $0[0], $0[1], ConvolutionGeometry(stride: 2, padding: Padding(1), groups: 32),
          activation: .relu6)
      }
      let layer = [[5, 100], [70, 100], [70]].map { FormulaWeights.scaled("t", $0) }
      expectCloseInBfloat16(layer) { linear($0[0], $0[1], bias: $0[2]) }
    }

    private func expectCloseInBfloat16(_ inputs: [Tensor], _ function: ([Tensor]) -> Tensor) {
      let exact = function(inputs)
      let rounded = function(inputs.map { $0.converted(to: .bfloat16) })
      #expect(rounded.elementType == .bfloat16)
      let error = (rounded.converted(to: .float32) - exact).sumOfSquares / exact.sumOfSquares
      #expect(error.squareRoot() < 1e-2)
      #expect(error > 0, "nothing was rounded")
    }

    @Test("threads may compute at the same time")
    func concurrency() async {
      let x = FormulaWeights.scaled("x", [20, 30])
      let weight = FormulaWeights.scaled("weight", [40, 30])
      let expected = linear(x, weight, bias: nil).floats
      await withTaskGroup(of: [Float].self) { group in
        for _ in 0..<8 {
          group.addTask { (0..<20).map { _ in linear(x, weight, bias: nil).floats }.last ?? [] }
        }
        for await result in group { #expect(result == expected) }
      }
    }
  }
}
