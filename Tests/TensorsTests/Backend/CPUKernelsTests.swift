import CKernels
import TestSupport
import Testing

@testable import Tensors

#if canImport(Glibc)
import Glibc
#endif

extension TensorsTests {
  @Suite("CPU kernels")
  struct CPUKernelsTests {
    /// Sizes around the widths of vector registers and the 16,384 floats from which on two threads share the work.
    static let counts = [1, 15, 16, 17, 1_000, 33_000]

    @Test("functions of each element agree with the reference", arguments: counts)
    func maps(count: Int) {
      let x = FormulaWeights.scaled("x", [count], 8)
      let positive = FormulaWeights.scaled("positive", [count], 0.9, offset: 1)
      expectAgreement(at: [x], "tanh") { tanh($0[0]) }
      expectAgreement(at: [x], "sigmoid") { sigmoid($0[0]) }
      expectAgreement(at: [x], "exp") { exp($0[0]) }
      expectAgreement(at: [x], "relu") { relu($0[0]) }
      expectAgreement(at: [x], "relu6") { relu6($0[0]) }
      expectAgreement(at: [x], "silu") { silu($0[0]) }
      expectAgreement(at: [x], "hard swish") { hardSwish($0[0]) }
      expectAgreement(at: [x], "hard sigmoid") { hardSigmoid($0[0]) }
      expectAgreement(at: [x], "gelu") { gelu($0[0]) }
      expectAgreement(at: [x], "negate") { -$0[0] }
      expectAgreement(at: [positive], "log") { log($0[0]) }
      expectAgreement(at: [positive], "sqrt") { sqrt($0[0]) }
    }

    @Test("e to the power of x is right to 2 units in the last place, over all floats it can take")
    func exponentials() {
      let x = (0..<40_000).map { -87.3 + Float($0) * (176.02 / 40_000) }
      let y = exp(Tensor(x, shape: [x.count])).floats
      let worst = zip(x, y).map { x, y -> Double in
        let exact = Glibc.exp(Double(x))
        return abs(Double(y) - exact) / Double(Float(exact).ulp)
      }.max()
      #expect((worst ?? .infinity) < 2)
    }

    @Test("tanh and sigmoid are right to a few units in the last place")
    func squashing() {
      let x = (0..<20_001).map { (Float($0) - 10_000) / 1_000 }
      let tensor = Tensor(x, shape: [x.count])
      let errors = zip(x, zip(tanh(tensor).floats, sigmoid(tensor).floats)).map { x, y in
        let tangent = Glibc.tanh(Double(x))
        let logistic = 1 / (1 + Glibc.exp(-Double(x)))
        return max(
          abs(Double(y.0) - tangent) / max(abs(tangent), 1e-30), abs(Double(y.1) - logistic))
      }
      #expect((errors.max() ?? .infinity) < 3e-7)
    }

    @Test("far from zero, functions saturate; NaN stays NaN")
    func extremes() {
      let x = Tensor([-.infinity, -1e9, 1e9, .infinity, .nan], shape: [5])
      #expect(tanh(x).floats.prefix(4) == [-1, -1, 1, 1])
      #expect(sigmoid(x).floats[2...3] == [1, 1])
      #expect(sigmoid(x).floats[0...1].allSatisfy { $0 < 1e-37 })
      #expect(exp(x).floats[0...1].allSatisfy { $0 < 2e-38 })
      #expect(exp(x).floats[2...3] == [.infinity, .infinity])
      #expect(relu(x).floats.prefix(4) == [0, 0, 1e9, .infinity])
      #expect(relu6(x).floats.prefix(4) == [0, 0, 6, 6])
      #expect(hardSwish(x).floats[1...3] == [0, 1e9, .infinity])
      #expect(hardSigmoid(x).floats.prefix(4) == [0, 0, 1, 1])
      #expect(silu(x).floats[2...3] == [1e9, .infinity])
      #expect(gelu(x).floats[2...3] == [1e9, .infinity])
      let functions = [
        tanh(x), sigmoid(x), exp(x), relu(x), relu6(x), softmax(x), logSoftmax(x), silu(x),
        hardSwish(x), hardSigmoid(x), gelu(x),
      ]
      for y in functions {
        #expect(y.floats[4].isNaN)
      }
    }

    @Test("reductions agree with the reference, whichever axis runs")
    func sums() {
      for shape in [
        [1, 1, 1], [3, 5, 7], [2, 17, 33], [1, 40_001, 1], [70, 3, 200], [1, 300, 64],
      ] {
        let x = FormulaWeights.scaled("x", shape)
        for axes in [[0], [1], [2], [0, 2], [0, 1, 2]] {
          expectAgreement(at: [x], "sum of \(shape) over \(axes)") { $0[0].sum(over: axes) }
        }
      }
    }

    @Test("moving agrees with the reference")
    func moves() {
      let x = FormulaWeights.scaled("x", [3, 14, 5, 20])
      for axis in 0..<3 {
        expectAgreement(at: [x], "transposing \(axis)") { $0[0].transposed(at: axis) }
        expectAgreement(at: [x], "slicing \(axis)") { $0[0].slice(1..<3, along: axis) }
      }
      expectAgreement(at: [x], "rows") { $0[0].rows([2, 0, 2, 2]) }
    }

    @Test("softmax and cross-entropy agree with the reference", arguments: [1, 7, 16, 50, 1_003])
    func words(columns: Int) {
      let x = FormulaWeights.scaled("x", [19, columns], 6)
      let targets = (0..<19).map { Int32($0 * 5 % columns) }
      expectAgreement(at: [x], "softmax") { softmax($0[0]) }
      expectAgreement(at: [x], "log-softmax") { logSoftmax($0[0]) }
      expectAgreement(at: [x], "cross-entropy") {
        crossEntropy($0[0], targets, ignoring: targets[3])
      }
      expectAgreement(at: [x], "cross-entropy, smoothed") {
        crossEntropy($0[0], targets, ignoring: targets[3], smoothing: 0.1)
      }
      let uniforms = (0..<19).map { Float($0) / 19 }
      #expect(x.drawn(at: uniforms) == x.moved(to: .reference()).drawn(at: uniforms))
      let keys = (0..<19).map { UInt64($0) &* 0x1234_5678_9ABC_DEF1 }
      expectAgreement(at: [x], "dropout") { $0[0].droppingOut(0.3, keys: keys) }
    }

    @Test("pooling agrees with the reference")
    func pooling() {
      for (shape, window, stride, padding) in [
        ([1, 1, 1, 1], 1, 1, 0), ([2, 7, 5, 3], 3, 2, 1), ([1, 6, 9, 17], 2, 2, 0),
        ([3, 4, 4, 33], 3, 1, 1), ([1, 30, 28, 24], 5, 3, 2), ([2, 4, 6, 150], 2, 2, 0),
      ] {
        let x = FormulaWeights.scaled("x", shape)
        let name = "pooling \(shape) by \(window)"
        expectAgreement(at: [x], "max \(name)") {
          maxPool($0[0], window: window, stride: stride, padding: Padding(padding))
        }
        expectAgreement(at: [x], "average \(name)") {
          averagePool($0[0], window: window, stride: stride, padding: Padding(padding))
        }
      }
    }

    @Test("group norm agrees with the reference")
    func norms() {
      for (shape, groups) in [
        ([1, 1, 2, 1], 1), ([2, 3, 5, 6], 3), ([2, 4, 4, 32], 8), ([3, 20, 20, 24], 2),
        ([1, 2, 2, 20], 20), ([3, 16, 16, 64], 8),
      ] {
        let channels = shape[3]
        let inputs = [
          FormulaWeights.scaled("x", shape, 2, offset: 5),
          FormulaWeights.scaled("weight", [channels], 0.2, offset: 1),
          FormulaWeights.scaled("bias", [channels]),
        ]
        expectAgreement(at: inputs, within: 1e-5, "\(shape) in \(groups)") {
          groupNorm($0[0], weight: $0[1], bias: $0[2], groups: groups)
        }
      }
    }

    @Test(
      "recurrent cells agree with the reference",
      arguments: [[1, 1, 1], [3, 2, 5], [2, 3, 17], [4, 5, 16], [2, 40, 120]])
    func cells(sizes: [Int]) {
      let (steps, rows, size) = (sizes[0], sizes[1], sizes[2])
      let layout = SequenceLayout(steps: steps, rows: rows)
      let state = [
        FormulaWeights.scaled("hidden", [rows, size]), FormulaWeights.scaled("cell", [rows, size]),
      ]
      let lstmInputs =
        [FormulaWeights.scaled("projected", [steps * rows, 4 * size], 2)] + state
        + [FormulaWeights.scaled("weight", [4 * size, size], 0.2)]
      expectAgreement(at: lstmInputs, within: 5e-6, "LSTM \(sizes)") { t in
        let (hidden, cells) = lstm(t[0], layout, hidden: t[1], cell: t[2], weight: t[3])
        return Tensor(concatenating: [hidden, cells], along: 0)
      }
      let gruInputs = [
        FormulaWeights.scaled("projected", [steps * rows, 3 * size], 2), state[0],
        FormulaWeights.scaled("weight", [3 * size, size], 0.2),
        FormulaWeights.scaled("bias", [3 * size]),
      ]
      expectAgreement(at: gruInputs, within: 5e-6, "GRU \(sizes)") {
        gru($0[0], layout, hidden: $0[1], weight: $0[2], bias: $0[3])
      }
    }

    @Test("the number of threads does not change a bit")
    func threads() {
      let x = FormulaWeights.scaled("x", [64, 1_003], 6)
      let map = FormulaWeights.scaled("x", [4, 16, 16, 64])
      let normInputs = [map, Tensor(repeating: 1, shape: [64]), Tensor(zeros: [64])]
      let run = {
        let results = [
          softmax(x), tanh(x), x.sum(over: [0]), x.sum(over: [1]), x.sum(), x * x + x,
          groupNorm(
            x.reshaped(to: [2, 32, 1, 1_003]), weight: Tensor(repeating: 1, shape: [1_003]),
            bias: Tensor(zeros: [1_003]), groups: 17),
        ]
        let gradients = valueWithGradient(at: normInputs) {
          (groupNorm($0[0], weight: $0[1], bias: $0[2], groups: 8) * map).sum()
        }.gradients
        return (results + gradients.compactMap { $0 }).map(\.floats)
      }
      let count = ck_thread_count()
      let many = run()
      ck_set_thread_count(1)
      defer { ck_set_thread_count(count) }
      #expect(run() == many)
    }

    @Test(
      "a GRU's gates have the same bits on one thread and on two, and in bfloat16 those, rounded")
    func gruGates() {
      let (rows, size) = (67, 300)
      let backend = Device.cpu.backend
      let recurrent = FormulaWeights.scaled("recurrent", [rows, 3 * size], 2).region
      let previous = FormulaWeights.scaled("previous", [rows, size]).region
      func run(threads: Int32, _ type: ElementType) -> [Tensor] {
        let before = ck_thread_count()
        ck_set_thread_count(threads)
        defer { ck_set_thread_count(before) }
        let gates = FormulaWeights.scaled("gates", [rows, 3 * size], 2)
        let hidden = Tensor(uninitialized: [rows, size], on: .cpu)
        let rounded = Tensor(uninitialized: [rows, size], type: .bfloat16, on: .cpu)
        backend.gruGates(
          gates.region, recurrent: recurrent, previous: previous, hidden: hidden.region,
          rounded: type == .bfloat16 ? rounded.region : nil, rows: rows, size: size)
        let dhidden = FormulaWeights.scaled("dhidden", [rows, size])
        let dgates = Tensor(uninitialized: [rows, 3 * size], type: type, on: .cpu)
        let drecurrent = Tensor(uninitialized: [rows, 3 * size], type: type, on: .cpu)
        backend.gruGatesGradient(
          gates.region, recurrent: recurrent, previous: previous, dhidden: dhidden.region,
          into: dgates.region, drecurrent.region, rows: rows, size: size)
        let copy = type == .bfloat16 ? rounded : hidden
        return [gates, hidden, dhidden, copy, dgates, drecurrent]
      }
      let alone = run(threads: 1, .float32)
      #expect(run(threads: 2, .float32).map(\.floats) == alone.map(\.floats))
      let rounded = alone.prefix(3) + alone.suffix(3).map { $0.converted(to: .bfloat16) }
      for threads in [1, 2] as [Int32] {
        #expect(run(threads: threads, .bfloat16).map(\.floats) == rounded.map(\.floats))
      }
    }

    @Test("copies every element, from one thread or several", arguments: [1, 33_000, 300_001])
    func copies(count: Int) {
      let x = FormulaWeights.scaled("x", [count])
      let y = Tensor(uninitialized: [count], on: .cpu)
      Device.cpu.backend.convert(x.region, into: y.region)
      #expect(y.floats == x.floats)
    }

    @Test("float16 reads as Swift's own, every bit pattern")
    func float16() {
      let patterns = Array(UInt16.min...UInt16.max)
      var floats = [Float](repeating: 0, count: patterns.count)
      ck_from_float16(patterns, &floats, Int64(patterns.count))
      for (pattern, float) in zip(patterns, floats) {
        let expected = Float(Float16(bitPattern: pattern))
        if float != expected && !(float.isNaN && expected.isNaN) {
          Issue.record("\(pattern) reads as \(float), not \(expected)")
        }
      }
    }

    @Test("pixels become floats, channel by channel")
    func pixels() {
      let x = (0..<60).map { UInt8($0 * 4) }
      var y = [Float](repeating: 0, count: 60)
      ck_normalize_pixels(x, [1, 0.5, 2], [0, -1, 3], CK_FLOAT32, &y, 20)
      #expect(
        y
          == x.enumerated().map { Float($1) * [1, 0.5, 2][$0 % 3] + [0, -1, 3][$0 % 3] })
    }
  }
}
