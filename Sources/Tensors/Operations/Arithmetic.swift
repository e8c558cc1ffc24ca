// Sums, differences, products and quotients of tensors whose shapes can be broadcast.
//
// Broadcasting is that of NumPy: shapes are aligned at the last axis, and each size is equal or 1.

package func + (a: Tensor, b: Tensor) -> Tensor {
  let (aShape, bShape) = (a.shape, b.shape)
  return combined(.add, a, b).recorded(
    Pullback(to: a) { dy in dy.summed(to: aShape) },
    Pullback(to: b) { dy in dy.summed(to: bShape) })
}

package func - (a: Tensor, b: Tensor) -> Tensor {
  let (aShape, bShape) = (a.shape, b.shape)
  return combined(.subtract, a, b).recorded(
    Pullback(to: a) { dy in dy.summed(to: aShape) },
    Pullback(to: b) { dy in -dy.summed(to: bShape) })
}

package func * (a: Tensor, b: Tensor) -> Tensor {
  let (a0, b0) = (a.withoutGradient(), b.withoutGradient())
  return combined(.multiply, a, b).recorded(
    Pullback(to: a) { dy in (dy * b0).summed(to: a0.shape) },
    Pullback(to: b) { dy in (dy * a0).summed(to: b0.shape) })
}

package func / (a: Tensor, b: Tensor) -> Tensor {
  let (a0, b0) = (a.withoutGradient(), b.withoutGradient())
  return combined(.divide, a, b).recorded(
    Pullback(to: a) { dy in (dy / b0).summed(to: a0.shape) },
    Pullback(to: b) { dy in -(dy * a0 / (b0 * b0)).summed(to: b0.shape) })
}

package func * (a: Tensor, factor: Float) -> Tensor { a * Tensor(factor, on: a.device) }
package func * (factor: Float, a: Tensor) -> Tensor { a * factor }
package func + (a: Tensor, term: Float) -> Tensor { a + Tensor(term, on: a.device) }
package func - (a: Tensor, term: Float) -> Tensor { a - Tensor(term, on: a.device) }
package func - (term: Float, a: Tensor) -> Tensor { Tensor(term, on: a.device) - a }

package prefix func - (x: Tensor) -> Tensor {
  x.mapped(.negate).recorded(Pullback(to: x) { dy in -dy })
}

/// Returns the result of the kernel, without history.
func combined(_ function: Pairwise, _ a: Tensor, _ b: Tensor) -> Tensor {
  let isPlain = a.elementType == b.elementType && a.shape == b.shape
  if a.elementType != .float32 || b.elementType != .float32, !(isPlain && function.takesBfloat16) {
    return a.withoutGradient().inFloat32 {
      combined(function, $0, b.withoutGradient().converted(to: .float32))
    }
  }
  let shape = broadcastShape(a.shape, b.shape)
  let y = Tensor(uninitialized: shape, type: a.elementType, on: a.device)
  a.device.backend.combine(
    function, Operand(a, filling: shape), Operand(b, filling: shape), shape, into: y.region)
  return y
}

extension Pairwise {
  /// A Boolean value that is true if there is a kernel for bfloat16, as for the operations on the gradients of a
  /// whole network.
  fileprivate var takesBfloat16: Bool {
    switch self {
    case .add, .reluGradient, .relu6Gradient: true
    default: false
    }
  }
}

/// Returns the shape to which both are broadcast.
private func broadcastShape(_ a: Shape, _ b: Shape) -> Shape {
  if a == b { return a }
  let rank = max(a.count, b.count)
  let (a1, b1) = (a.padded(to: rank), b.padded(to: rank))
  return (0..<rank).map { axis in
    precondition(
      a1[axis] == b1[axis] || a1[axis] == 1 || b1[axis] == 1,
      "arithmetic: the shapes \(a) and \(b) do not fit")
    return a1[axis] == 1 ? b1[axis] : a1[axis]
  }
}

extension Shape {
  /// Returns the shape with axes of size 1 added in front, up to `rank` axes.
  fileprivate func padded(to rank: Int) -> Shape {
    Array(repeating: 1, count: rank - count) + self
  }
}

extension Operand {
  fileprivate init(_ tensor: Tensor, filling shape: Shape) {
    var strides = Array(repeating: 0, count: shape.count)
    var stride = 1
    let sizes = tensor.shape.padded(to: shape.count)
    for axis in shape.indices.reversed() where sizes[axis] > 1 {
      strides[axis] = stride
      stride *= sizes[axis]
    }
    self.init(region: tensor.region, strides: strides)
  }
}

extension Tensor {
  /// Sums over the axes that were repeated, so a gradient gets the shape of its input.
  func summed(to target: Shape) -> Tensor {
    if shape == target { return self }
    let sizes = target.padded(to: rank)
    let axes = shape.indices.filter { sizes[$0] == 1 && shape[$0] > 1 }
    return sum(over: axes).reshaped(to: target)
  }
}
