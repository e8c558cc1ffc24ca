// Functions of each element.

/// The hyperbolic tangent of each element.
public func tanh(_ x: Tensor) -> Tensor {
  let y = x.mapped(.tanh)
  return y.recorded(Pullback(to: x) { dy in dy * (1 - y * y) })
}

/// The logistic function of each element, `1 / (1 + e⁻ˣ)`.
public func sigmoid(_ x: Tensor) -> Tensor {
  let y = x.mapped(.sigmoid)
  return y.recorded(Pullback(to: x) { dy in dy * (y * (1 - y)) })
}

/// Each element, or 0 where it is negative.
public func relu(_ x: Tensor) -> Tensor {
  let y = x.mapped(.relu)
  return y.recorded(Pullback(to: x) { dy in combined(.reluGradient, dy, y) })
}

/// Each element, cut to `0...6` (Howard et al., 2017).
public func relu6(_ x: Tensor) -> Tensor {
  let y = x.mapped(.relu6)
  return y.recorded(Pullback(to: x) { dy in combined(.relu6Gradient, dy, y) })
}

/// e to the power of each element.
public func exp(_ x: Tensor) -> Tensor {
  let y = x.mapped(.exp)
  return y.recorded(Pullback(to: x) { dy in dy * y })
}

/// The natural logarithm of each element.
public func log(_ x: Tensor) -> Tensor {
  let x0 = x.withoutGradient()
  return x.mapped(.log).recorded(Pullback(to: x) { dy in dy / x0 })
}

/// The square root of each element.
public func sqrt(_ x: Tensor) -> Tensor {
  let y = x.mapped(.sqrt)
  return y.recorded(Pullback(to: x) { dy in dy / (2 * y) })
}

extension Tensor {
  /// The kernel's result, without history.
  func mapped(_ function: Pointwise) -> Tensor {
    if elementType != .float32 { return inFloat32 { $0.mapped(function) } }
    let y = Tensor(uninitialized: shape, type: elementType, on: device)
    device.backend.map(function, region, into: y.region)
    return y
  }

  /// What `body` makes of these numbers, computed in `float32` and stored as they were.
  ///
  /// Only products and convolutions are worth kernels of their own for bfloat16.
  func inFloat32(_ body: (Tensor) -> Tensor) -> Tensor {
    body(converted(to: .float32)).converted(to: elementType)
  }

  /// The same numbers stored with another precision; the gradient comes back in the first.
  public func converted(to type: ElementType) -> Tensor {
    if type == elementType { return self }
    let before = elementType
    let y = Tensor(uninitialized: shape, type: type, on: device)
    device.backend.convert(region, into: y.region)
    return y.recorded(Pullback(to: self) { dy in dy.converted(to: before) })
  }
}
