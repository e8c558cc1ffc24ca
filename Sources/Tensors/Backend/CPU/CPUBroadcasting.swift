import CKernels

extension CPUBackend {
  package func combine(
    _ function: Pairwise, _ a: Operand, _ b: Operand, _ shape: Shape, into y: Region
  ) {
    guard y.count > 0 else { return }
    switch a.region.type {
    case .float32: combineFloats(function, a, b, shape, into: y)
    case .bfloat16:
      ck_combine_bfloat16(
        function.code, a.region.bfloat16Address, b.region.bfloat16Address, y.bfloat16Address,
        Int64(y.count))
    case .int8, .uint8: preconditionFailure("combine: 8-bit numbers")
    }
  }

  /// Reduces any pair of strides to rows and columns, which the C loops handle, inside an outer loop.
  private func combineFloats(
    _ function: Pairwise, _ a: Operand, _ b: Operand, _ shape: Shape, into y: Region
  ) {
    var axes = BroadcastAxes(shape, a.strides, b.strides)
    let columns = axes.popLast()
    let rows = axes.popLast()
    let (code, aStart, bStart, yStart) = (
      function.code, a.region.address, b.region.address, y.address
    )
    if rows.size == 1, axes.count == 1 {
      return ck_combine(
        code, aStart, Int64(columns.a), bStart, Int64(columns.b), yStart, Int64(columns.size))
    }
    let block = columns.size * rows.size
    for index in 0..<axes.count {
      let offset = axes.offsets(at: index)
      ck_combine_rows(
        code, aStart + offset.a, Int64(rows.a), Int64(columns.a), bStart + offset.b, Int64(rows.b),
        Int64(columns.b), yStart + index * block, Int64(rows.size), Int64(columns.size))
    }
  }
}

/// The axes of a result, with the strides at which its two operands are read.
private struct BroadcastAxes {
  struct Axis {
    var size = 1
    var a = 0
    var b = 0
  }
  private var axes: [Axis] = []

  /// Creates the axes; neighbouring ones that are contiguous in both operands are merged.
  init(_ shape: Shape, _ a: [Int], _ b: [Int]) {
    for (axis, size) in shape.enumerated() where size > 1 {
      let next = Axis(size: size, a: a[axis], b: b[axis])
      if let last = axes.last, last.a == next.a * size, last.b == next.b * size {
        axes[axes.count - 1] = Axis(size: last.size * size, a: next.a, b: next.b)
      } else {
        axes.append(next)
      }
    }
  }

  /// The number of combinations of positions along the remaining axes.
  var count: Int { axes.reduce(1) { $0 * $1.size } }

  mutating func popLast() -> Axis { axes.popLast() ?? Axis() }

  /// Returns the offsets of the operands at position `index` of the remaining axes, in elements.
  func offsets(at index: Int) -> (a: Int, b: Int) {
    var (rest, a, b) = (index, 0, 0)
    for axis in axes.reversed() {
      a += rest % axis.size * axis.a
      b += rest % axis.size * axis.b
      rest /= axis.size
    }
    return (a, b)
  }
}

extension Pairwise {
  fileprivate var code: ck_pairwise {
    switch self {
    case .add: CK_ADD
    case .subtract: CK_SUBTRACT
    case .multiply: CK_MULTIPLY
    case .divide: CK_DIVIDE
    case .reluGradient: CK_RELU_GRADIENT
    case .relu6Gradient: CK_RELU6_GRADIENT
    case .siluGradient: CK_SILU_GRADIENT
    case .hardSwishGradient: CK_HARD_SWISH_GRADIENT
    case .hardSigmoidGradient: CK_HARD_SIGMOID_GRADIENT
    case .geluGradient: CK_GELU_GRADIENT
    }
  }
}
