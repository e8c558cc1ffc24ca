import ImageEncoders
import Layers
import Tensors
import TestSupport
import Testing

/// Holds every suite of the module, one after the other: OpenMP makes one team per calling thread.
@Suite("Image encoders", .serialized)
enum ImageEncodersTests {}

extension Module {
  /// The same module with the numbers that the fixtures' scripts gave it.
  func withFormulaWeights() -> Self {
    var copy = self
    copy.updateParameters { parameter, value in
      value = FormulaWeights.parameter(parameter.name, value.shape)
    }
    return copy
  }
}

/// Returns the Euclidean distance of two lists of numbers, relative to the norm of the second.
func relativeDistance(_ found: Tensor, _ expected: Tensor) -> Double {
  let difference = found.reshaped(to: expected.shape) - expected
  return (difference.floats.squareSum / expected.floats.squareSum).squareRoot()
}

extension [Float] {
  fileprivate var squareSum: Double { reduce(0) { $0 + Double($1) * Double($1) } }
}
