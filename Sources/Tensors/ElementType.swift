/// The type of the elements of a tensor.
package enum ElementType: Sendable, Hashable {
  case float32
  /// The upper 16 bits of a float32 number: the same range, with 8 bits of precision.
  case bfloat16
  /// Whole numbers in `-128...127`, which stand for themselves times the scale.
  case int8(scale: Float)
  /// Whole numbers in `0...255`, which stand for themselves times the scale.
  case uint8(scale: Float)

  /// The size of one number in bytes.
  package var byteCount: Int {
    switch self {
    case .float32: 4
    case .bfloat16: 2
    case .int8, .uint8: 1
    }
  }

  /// A Boolean value that is true for whole numbers with a scale.
  package var isQuantized: Bool { scale != nil }

  /// The factor of whole numbers; nil for numbers in floating point.
  package var scale: Float? {
    switch self {
    case .float32, .bfloat16: nil
    case .int8(let scale), .uint8(let scale): scale
    }
  }
}

/// The size of a tensor along each of its axes.
package typealias Shape = [Int]

extension [Int] {
  /// The number of elements in a tensor of this shape.
  package var elementCount: Int { reduce(1, *) }
}
