import Layers
import Tensors
import TestSupport
import Testing

/// The case computed in PyTorch by `scripts/fixtures/recurrent_layers.py`: three sequences of 4, 3 and 1
/// steps.
struct RecurrentLayersCase {
  static let (inputSize, hiddenSize) = (4, 5)
  static let layout = SequenceLayout(rowCounts: [3, 2, 2, 1])

  private let fixture: Fixture
  private let name: String
  /// The parts of a state: `h`, and with an LSTM `c`.
  private let parts: [String]

  init(_ name: String) throws {
    (fixture, self.name) = (try Fixture("recurrent_layers"), name)
    parts = name.hasSuffix("lstm") ? ["h", "c"] : ["h"]
  }

  /// Compares outputs, last states and gradients with PyTorch's, and gradients with differences.
  ///
  /// - Parameters:
  ///   - template: The layers, which get the parameters of the case.
  ///   - run: Reads `[8, I]` from initial states `[layers, 3, H]`, and returns outputs and states of the same
  ///     shapes.
  /// - Throws: An error if the fixture lacks a tensor.
  func prove<Part: Module>(
    _ template: Part, run: @escaping (Part, Tensor, [Tensor]) -> [Tensor]
  ) throws {
    let part = template.with(try template.parameters.map { try value("\($0.parameter.name)") })
    let names = ["x"] + parts.map { "\($0)0" }
    let inputs = try names.map(value)
    let outputs = ["output"] + parts.map { "\($0)n" }
    let shares = try outputs.map { try value("loss.\($0)") }
    func loss(_ part: Part, _ inputs: [Tensor]) -> Tensor {
      let terms = zip(run(part, inputs[0], Array(inputs.dropFirst())), shares).map {
        ($0 * $1.moved(to: $0.device)).sum()
      }
      return terms.dropFirst().reduce(terms[0], +)
    }
    for (what, result) in zip(outputs, run(part, inputs[0], Array(inputs.dropFirst()))) {
      expectClose(result, try value(what), within: 1e-5, "\(name), \(what)")
    }
    let (total, gradient) = valueWithGradient(at: part) { loss($0, inputs) }
    expectClose(total.reshaped(to: [1]), try value("loss"), within: 1e-5, "\(name), loss")
    for parameter in part.parameters.map(\.parameter.name) {
      expectClose(
        try #require(gradient.tensors[parameter]), try value("grad.\(parameter)"), within: 1e-5,
        "\(name), gradient to \(parameter)")
    }
    let toInputs = valueWithGradient(at: inputs) { loss(part, $0) }.gradients
    for (input, found) in zip(names, toInputs) {
      expectClose(
        try #require(found), try value("grad.\(input)"), within: 1e-5,
        "\(name), gradient to \(input)")
    }
    expectGradientsMatch(of: part, at: inputs, loss)
  }

  private func value(_ what: String) throws -> Tensor { try fixture["\(name)/\(what)"] }
}

extension RecurrentLayer {
  /// A layer of the case's sizes, the lowest or another.
  init(ofCaseAt index: Int) {
    let size = index == 0 ? RecurrentLayersCase.inputSize : RecurrentLayersCase.hiddenSize
    self.init(inputSize: size, hiddenSize: RecurrentLayersCase.hiddenSize)
  }
}

extension Tensor {
  /// The matrices of `[K, B, H]`.
  var matrices: [Tensor] { (0..<shape[0]).map { slice($0..<$0 + 1).reshaped(to: [-1, shape[2]]) } }

  /// `[B, H]` each as `[K, B, H]`.
  init(matrices: [Tensor]) {
    self.init(concatenating: matrices.map { $0.reshaped(to: [1] + $0.shape) }, along: 0)
  }
}
