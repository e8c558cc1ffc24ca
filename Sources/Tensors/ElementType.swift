/// How a number is stored.
public enum ElementType: Sendable, Hashable {
  case float32
  /// The upper 16 bits of a `float32`: the same range, 8 bits of precision.
  case bfloat16

  /// The size of one number in bytes.
  public var byteCount: Int { self == .float32 ? 4 : 2 }
}

/// The size of a tensor along each of its axes.
public typealias Shape = [Int]

extension [Int] {
  /// The number of elements in a tensor of this shape.
  package var elementCount: Int { reduce(1, *) }
}
