import Tensors
import Testing

/// One case of `Tests/Fixtures/operations-*`: inputs, settings, and the result and gradients of PyTorch.
package struct OperationCase: Sendable {
  private let fixture: Fixture
  private let name: String

  package init(_ name: String, in fixture: Fixture) {
    (self.name, self.fixture) = (name, fixture)
  }

  package subscript(what: String) -> Tensor {
    get throws { try fixture["\(name).\(what)"] }
  }

  package func integers(_ what: String) throws -> [Int] { try fixture.integers("\(name).\(what)") }

  package func contains(_ what: String) -> Bool { fixture.contains("\(name).\(what)") }

  /// Checks `function` in three ways: on the CPU and in float64 its value and gradients are those of PyTorch, and in
  /// float64 its gradients are those of central differences.
  package func prove(
    _ inputs: [String], within tolerance: Double = 1e-5,
    sourceLocation: SourceLocation = #_sourceLocation, _ function: ([Tensor]) -> Tensor
  ) throws {
    let values = try inputs.map { try self[$0] }
    for (device, tolerance) in [(Device.cpu, tolerance), (Device.reference(), 2e-7)] {
      let place = device == .cpu ? "processor" : "reference"
      let dy = try self["dy"].moved(to: device)
      var y = try self["y"].moved(to: device)
      let expected = y
      let gradients = valueWithGradient(at: values.map { $0.moved(to: device) }) { inputs in
        let result = function(inputs)
        y = result.withoutGradient()
        return (result.reshaped(to: dy.shape) * dy).sum()
      }.gradients
      expectClose(
        y.reshaped(to: expected.shape), expected, within: tolerance, "\(name) on the \(place)",
        sourceLocation: sourceLocation)
      for (input, gradient) in zip(inputs, gradients) {
        let gradient = try #require(gradient, sourceLocation: sourceLocation)
        expectClose(
          gradient, try self["grad.\(input)"].moved(to: device), within: tolerance,
          "\(name), gradient to \(input) on the \(place)", sourceLocation: sourceLocation)
      }
    }
    expectGradientsMatch(at: values, sourceLocation: sourceLocation, of: function)
  }
}
