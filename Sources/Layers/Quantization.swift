import Synchronization
import Tensors

/// The rounding of a network's maps to 8 bits, measured with pictures.
///
/// A network knows nothing of it: `Module.calibrate` measures, and `Module.quantized` returns a network that computes
/// with whole numbers, as `foldingNorms` returns one without norms. Weights are rounded for each output channel by
/// itself, maps as a whole. Layers that lose too much may stay in floating point.
///
/// Jacob et al., 2018; Krishnamoorthi, 2018; Migacz, 2017.
package struct Quantization: Sendable, Equatable {
  /// The types of each convolution's maps, by the name of the convolution.
  package var layers: [String: LayerTypes]
  /// The names of convolutions that stay in floating point.
  package var kept: Set<String>

  package init(layers: [String: LayerTypes] = [:], kept: Set<String> = []) {
    (self.layers, self.kept) = (layers, kept)
  }

  /// The type of what the first convolution of a module reads; nil if it reads numbers in floating point.
  package func inputType(of module: some Module) -> ElementType? {
    guard let first = module.parameters.first?.parameter.name, first.hasSuffix(".weight") else {
      return nil
    }
    let name = String(first.dropLast(".weight".count))
    return kept.contains(name) ? nil : layers[name]?.input
  }

  /// The types that the maps of a convolution are rounded to.
  package struct LayerTypes: Sendable, Equatable {
    /// That of the input, where the layer before gives it in floating point.
    package var input: ElementType
    /// That of a map that is added; nil if there is none.
    package var addend: ElementType?
    package var output: ElementType

    package init(input: ElementType, addend: ElementType? = nil, output: ElementType) {
      (self.input, self.addend, self.output) = (input, addend, output)
    }
  }
}

/// A convolution in whole numbers.
struct QuantizedConvolution: Sendable {
  private let kernel: QuantizedKernel
  private let layer: Convolution
  private let activation: Activation
  private let types: Quantization.LayerTypes

  init(_ layer: Convolution, activation: Activation, _ types: Quantization.LayerTypes) {
    kernel = QuantizedKernel(layer.weight, bias: layer.bias)
    (self.layer, self.activation, self.types) = (layer, activation, types)
  }

  /// Convolves a map, which is rounded first if it is in floating point.
  func callAsFunction(_ x: Tensor, adding addend: consuming Tensor?) -> Tensor {
    let x = x.elementType.isQuantized ? x : x.converted(to: types.input)
    if let present = addend, !present.elementType.isQuantized {
      addend = present.converted(to: types.addend ?? types.output)
    }
    return convolution(
      x, kernel, adding: consume addend, layer.geometry(for: x.shape), activation: activation,
      into: types.output)
  }
}

/// The distributions of the maps of one convolution.
final class ConvolutionObserver: Sendable {
  private struct Maps {
    var (input, addend, output) = (ValueHistogram(), ValueHistogram(), ValueHistogram())
    var hasAddend = false
  }
  private let maps = Mutex(Maps())

  func see(_ x: Tensor, adding addend: Tensor?, _ y: Tensor) {
    let (input, added, output) = (x.floats, addend?.floats, y.floats)
    maps.withLock { maps in
      maps.input.add(input)
      if let added {
        maps.addend.add(added)
        maps.hasAddend = true
      }
      maps.output.add(output)
    }
  }

  /// The types with the least error of rounding.
  var types: Quantization.LayerTypes {
    maps.withLock { maps in
      Quantization.LayerTypes(
        input: type(maps.input), addend: maps.hasAddend ? type(maps.addend) : nil,
        output: type(maps.output))
    }
  }

  private func type(_ histogram: ValueHistogram) -> ElementType {
    histogram.hasNegatives
      ? .int8(scale: histogram.scale(limit: 127)) : .uint8(scale: histogram.scale(limit: 255))
  }
}

extension Module {
  /// Measures the maps of all convolutions that can be quantized, those with a norm, folded or not.
  ///
  /// - Parameter pass: Runs the module that it is given, with pictures like those it will see.
  /// - Returns: The types with the least error of rounding.
  /// - Throws: What `pass` throws.
  package func calibrate<Failure: Error>(
    during pass: (Self) throws(Failure) -> Void
  ) throws(Failure) -> Quantization {
    var observed = foldingNorms()
    observed.visitConvolutions(.beginObserving)
    try pass(observed)
    return Quantization(layers: observed.visitConvolutions(.endObserving))
  }

  /// Returns the same function, computed in whole numbers where `quantization` has the types.
  ///
  /// Parameters keep their values, in floating point.
  package func quantized(by quantization: Quantization) -> Self {
    var copy = foldingNorms()
    copy.visitConvolutions(.quantize(quantization))
    return copy
  }

  @discardableResult
  private mutating func visitConvolutions(
    _ change: ParameterVisitor.LayerChange
  ) -> [String: Quantization.LayerTypes] {
    var visitor = ParameterVisitor(change) { _, _ in }
    visitParameters(&visitor)
    return visitor.observed
  }
}
