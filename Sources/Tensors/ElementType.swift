/// The type of the elements of a tensor.
package enum ElementType: Sendable, Hashable {
  case float32
  /// The upper 16 bits of a float32 number: the same range, with 8 bits of precision.
  case bfloat16

  /// The size of one number in bytes.
  package var byteCount: Int {
    switch self {
    case .float32: 4
    case .bfloat16: 2
    }
  }
}

/// The size of a tensor along each of its axes.
package typealias Shape = [Int]

extension [Int] {
  /// The number of elements in a tensor of this shape.
  package var elementCount: Int { reduce(1, *) }
}
