import TestSupport
import Testing

@testable import Tensors

extension TensorsTests {
  @Suite("History")
  struct HistoryTests {
    @Test("inference records nothing")
    func inference() {
      let x = FormulaWeights.scaled("x", [1, 4, 4, 2])
      let weight = FormulaWeights.scaled("weight", [2, 2, 3, 3])
      let y = convolution(x, weight, ConvolutionGeometry(padding: Padding(1)), activation: .relu)
      #expect(softmax(y.reshaped(to: [4, 8]) * 2).history == nil)
    }

    @Test("only the ways back that are wanted are recorded")
    func wantedInputs() {
      let (watched, _) = leaf([2, 3])
      let frozen = FormulaWeights.scaled("frozen", [2, 3])
      #expect((watched * frozen).history?.operation.inputs.count == 1)
      #expect((frozen * watched).history?.operation.inputs.count == 1)
      #expect((watched * watched).history?.operation.inputs.count == 2)
      #expect((frozen * watched.withoutGradient()).history == nil)
    }

    /// Otherwise releasing a long chain would nest one call per operation and overflow the stack.
    @Test("no pullback holds what came before its operation", arguments: operations.indices)
    func pullbacksHoldNoHistory(index: Int) throws {
      let (name, shapes, function) = Self.operations[index]
      weak var before: Operation?
      var kept: [Tensor] = []
      let pull = try {
        let leaves = shapes.map { leaf($0) }
        before = leaves[0].operation
        let y = function(leaves.map(\.tensor))
        kept = [y.withoutGradient()]
        return try #require(y.history).operation.pull
      }()
      #expect(before == nil, "\(name) holds its input's history")
      #expect(!pull([Tensor(repeating: 1, shape: kept[0].shape)]).isEmpty)
    }

    static let operations: [(String, [Shape], @Sendable ([Tensor]) -> Tensor)] = [
      ("+", [[2], [2]], { $0[0] + $0[1] }), ("-", [[2], [2]], { $0[0] - $0[1] }),
      ("*", [[2], [2]], { $0[0] * $0[1] }), ("/", [[2], [2]], { $0[0] / $0[1] }),
      ("negate", [[2]], { -$0[0] }), ("tanh", [[2]], { tanh($0[0]) }),
      ("sigmoid", [[2]], { sigmoid($0[0]) }), ("relu", [[2]], { relu($0[0]) }),
      ("relu6", [[2]], { relu6($0[0]) }), ("exp", [[2]], { exp($0[0]) }),
      ("log", [[2]], { log($0[0] + 2) }), ("sqrt", [[2]], { sqrt($0[0] + 2) }),
      ("converted", [[2]], { $0[0].converted(to: .bfloat16) }),
      ("sum", [[2, 3]], { $0[0].sum(over: [0]) }), ("mean", [[2, 3]], { $0[0].mean(over: [1]) }),
      ("matmul", [[2, 3], [3, 2]], { matmul($0[0], $0[1]) }),
      ("linear", [[2, 3], [4, 3], [4]], { linear($0[0], $0[1], bias: $0[2]) }),
      (
        "convolution", [[1, 3, 3, 2], [2, 2, 3, 3], [2], [1, 1, 1, 2]],
        { convolution($0[0], $0[1], bias: $0[2], adding: $0[3], activation: .relu) }
      ),
      ("maxPool", [[1, 2, 2, 1]], { maxPool($0[0], window: 2, stride: 2) }),
      ("averagePool", [[1, 2, 2, 1]], { averagePool($0[0], window: 2, stride: 2) }),
      (
        "groupNorm", [[1, 2, 2, 2], [2], [2]],
        { groupNorm($0[0], weight: $0[1], bias: $0[2], groups: 1) }
      ),
      ("reshaped", [[2, 3]], { $0[0].reshaped(to: [6]) }),
      ("transposed", [[2, 3]], { $0[0].transposed() }),
      ("split", [[2, 4]], { $0[0].split(into: 1, along: 1)[0] }),
      ("concatenating", [[2], [3]], { Tensor(concatenating: $0, along: 0) }),
      ("softmax", [[2, 3]], { softmax($0[0]) }), ("logSoftmax", [[2, 3]], { logSoftmax($0[0]) }),
      ("crossEntropy", [[2, 3]], { crossEntropy($0[0], [1, 2], ignoring: -1) }),
      ("rows", [[3, 2]], { $0[0].rows([2, 0, 2]) }),
      (
        "gru", [[2, 6], [1, 2], [6, 2], [6]],
        {
          gru(
            $0[0], SequenceLayout(steps: 2, rows: 1), hidden: $0[1], weight: $0[2], bias: $0[3])
        }
      ),
      (
        "crossEntropy of linear", [[2, 3], [4, 3], [4]],
        { crossEntropy(ofLinear: $0[0], $0[1], bias: $0[2], [1, 2], ignoring: -1) }
      ),
      ("dropout", [[2, 3]], { $0[0].droppingOut(0.5, keys: [1, 2]) }),
    ]

    @Test("the LSTM holds nothing either, and neither do its cells")
    func lstmHoldsNoHistory() throws {
      weak var before: Operation?
      let pull = try {
        let leaves = [[2, 8], [1, 2], [1, 2], [8, 2]].map { leaf($0) }
        before = leaves[0].operation
        let t = leaves.map(\.tensor)
        let layout = SequenceLayout(steps: 2, rows: 1)
        let cells = lstm(t[0], layout, hidden: t[1], cell: t[2], weight: t[3]).cells
        return try #require(cells.history).operation.pull
      }()
      #expect(before == nil)
      #expect(pull([nil, Tensor(repeating: 1, shape: [2, 2])]).count == 4)
    }

    @Test("ten thousand operations are differentiated and released on a small stack")
    func longChain() throws {
      let gradient = onSmallStack {
        valueWithGradient(at: [Tensor(2)]) { t in
          (0..<10_000).reduce(t[0]) { y, step in step % 2 == 0 ? y + y : y * 0.5 }
        }.gradients[0]?.scalar
      }
      #expect(gradient == 1)
    }

    @Test("a chain of a million operations is released on a small stack")
    func veryLongChain() {
      let depth = onSmallStack {
        var last = Operation(inputs: []) { _ in [] }
        for _ in 0..<1_000_000 {
          let history = History(operation: last, output: 0)
          // Twice, as in x · x: the second reference must not hide the first.
          last = Operation(inputs: [history, history]) { _ in [] }
        }
        return last.depth
      }
      #expect(depth == 1_000_000)
    }

    @Test("an operation that two chains share outlives the first")
    func sharedHistory() throws {
      let (x, _) = leaf([2])
      var shared: Tensor? = tanh(x)
      let kept = try #require(shared).sum()
      weak let operation = try #require(shared?.history).operation
      do { _ = try exp(#require(shared)).sum() }
      shared = nil
      #expect(operation != nil)
      #expect(try #require(kept.history).operation.inputs[0].operation === operation)
    }

    /// A tensor that is being differentiated, and the operation that it came from.
    private func leaf(_ shape: Shape) -> (tensor: Tensor, operation: Operation) {
      let operation = Operation(inputs: []) { _ in [] }
      let tensor = FormulaWeights.scaled("leaf", shape)
        .withHistory(History(operation: operation, output: 0))
      return (tensor, operation)
    }
  }
}
