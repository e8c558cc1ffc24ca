// Sums, differences, products and quotients of tensors whose shapes fit.
//
// Shapes fit as in NumPy: aligned at the last axis, each size equal or 1.

public func + (a: Tensor, b: Tensor) -> Tensor {
  let (aShape, bShape) = (a.shape, b.shape)
  return combined(.add, a, b).recorded(
    Pullback(to: a) { dy in dy.summed(to: aShape) },
    Pullback(to: b) { dy in dy.summed(to: bShape) })
}

public func - (a: Tensor, b: Tensor) -> Tensor {
  let (aShape, bShape) = (a.shape, b.shape)
  return combined(.subtract, a, b).recorded(
    Pullback(to: a) { dy in dy.summed(to: aShape) },
    Pullback(to: b) { dy in -dy.summed(to: bShape) })
}

public func * (a: Tensor, b: Tensor) -> Tensor {
  let (a0, b0) = (a.withoutGradient(), b.withoutGradient())
  return combined(.multiply, a, b).recorded(
    Pullback(to: a) { dy in (dy * b0).summed(to: a0.shape) },
    Pullback(to: b) { dy in (dy * a0).summed(to: b0.shape) })
}

public func / (a: Tensor, b: Tensor) -> Tensor {
  let (a0, b0) = (a.withoutGradient(), b.withoutGradient())
  return combined(.divide, a, b).recorded(
    Pullback(to: a) { dy in (dy / b0).summed(to: a0.shape) },
    Pullback(to: b) { dy in -(dy * a0 / (b0 * b0)).summed(to: b0.shape) })
}

public func * (a: Tensor, factor: Float) -> Tensor { a * Tensor(factor, on: a.device) }
public func * (factor: Float, a: Tensor) -> Tensor { a * factor }
public func + (a: Tensor, term: Float) -> Tensor { a + Tensor(term, on: a.device) }
public func - (a: Tensor, term: Float) -> Tensor { a - Tensor(term, on: a.device) }
public func - (term: Float, a: Tensor) -> Tensor { Tensor(term, on: a.device) - a }

public prefix func - (x: Tensor) -> Tensor {
  x.mapped(.negate).recorded(Pullback(to: x) { dy in -dy })
}

/// The kernel's result, without history.
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
  /// Whether there is a kernel for bfloat16: for what passes through a whole network, backwards.
  fileprivate var takesBfloat16: Bool {
    switch self {
    case .add, .reluGradient, .relu6Gradient: true
    case .subtract, .multiply, .divide: false
    }
  }
}

/// The shape that both fill when axes of size 1 are repeated.
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
  /// The shape with axes of size 1 in front, up to `rank` axes.
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
  /// Adds up what was repeated, so that a gradient gets its input's shape back.
  func summed(to target: Shape) -> Tensor {
    if shape == target { return self }
    let sizes = target.padded(to: rank)
    let axes = shape.indices.filter { sizes[$0] == 1 && shape[$0] > 1 }
    return sum(over: axes).reshaped(to: target)
  }
}
