import Layers
import Tensors
import TestSupport
import Testing

/// Holds every suite of the module, one after the other: OpenMP makes one team per calling thread.
@Suite("Layers", .serialized)
enum LayersTests {}

extension Module {
  /// The same module with numbers by formula from its parameters' names.
  func withFormulaWeights() -> Self {
    var copy = self
    copy.updateParameters { parameter, value in
      value = FormulaWeights.parameter(parameter.name, value.shape)
    }
    return copy
  }

  /// The same module with other numbers, in the order of `parameters`.
  func with(_ values: [Tensor]) -> Self {
    var copy = self
    var next = values.makeIterator()
    copy.updateParameters { _, value in value = next.next() ?? value }
    return copy
  }
}

/// Records an issue unless a layer's gradients at all its parameters and at `inputs` are those of
/// central differences, and a copy of it on another device computes the same.
func expectGradientsMatch<Layer: Module>(
  of layer: Layer, at inputs: [Tensor], sourceLocation: SourceLocation = #_sourceLocation,
  _ run: (Layer, [Tensor]) -> Tensor
) {
  let values = layer.parameters.map(\.value)
  expectGradientsMatch(at: values + inputs, sourceLocation: sourceLocation) { all in
    run(layer.with(all), Array(all[values.count...]))
  }
  let reference = Device.reference()
  let moved = layer.moved(to: reference)
  #expect(
    moved.parameters.allSatisfy { $0.value.device == reference }, sourceLocation: sourceLocation)
  let there = run(moved, inputs.map { $0.moved(to: reference) })
  expectClose(
    run(layer, inputs).moved(to: reference), there, within: 1e-5, "on the processor",
    sourceLocation: sourceLocation)
}
