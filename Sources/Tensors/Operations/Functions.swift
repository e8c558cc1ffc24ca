// Functions of each element.

/// Returns the hyperbolic tangent of each element.
package func tanh(_ x: Tensor) -> Tensor {
  let y = x.mapped(.tanh)
  return y.recorded(Pullback(to: x) { dy in dy * (1 - y * y) })
}

/// Returns the logistic function of each element, `1 / (1 + e⁻ˣ)`.
package func sigmoid(_ x: Tensor) -> Tensor {
  let y = x.mapped(.sigmoid)
  return y.recorded(Pullback(to: x) { dy in dy * (y * (1 - y)) })
}

/// Returns each element, or 0 if it is negative.
package func relu(_ x: Tensor) -> Tensor {
  let y = x.mapped(.relu)
  return y.recorded(Pullback(to: x) { dy in combined(.reluGradient, dy, y) })
}

/// Returns each element, clipped to `0...6` (Howard et al., 2017).
package func relu6(_ x: Tensor) -> Tensor {
  let y = x.mapped(.relu6)
  return y.recorded(Pullback(to: x) { dy in combined(.relu6Gradient, dy, y) })
}

/// Returns each element times its logistic function, also called Swish (Elfwing et al., 2018).
package func silu(_ x: Tensor) -> Tensor { activated(x, .silu, slope: .siluGradient) }

/// Returns `x · min(max(x + 3, 0), 6) / 6` for each element (Howard et al., 2019).
package func hardSwish(_ x: Tensor) -> Tensor {
  activated(x, .hardSwish, slope: .hardSwishGradient)
}

/// Returns `min(max(x + 3, 0), 6) / 6` for each element.
package func hardSigmoid(_ x: Tensor) -> Tensor {
  activated(x, .hardSigmoid, slope: .hardSigmoidGradient)
}

/// Returns each element times the share of the standard normal distribution below it (Hendrycks & Gimpel,
/// 2016).
package func gelu(_ x: Tensor) -> Tensor { activated(x, .gelu, slope: .geluGradient) }

private func activated(_ x: Tensor, _ function: Pointwise, slope: Pairwise) -> Tensor {
  let x0 = x.withoutGradient()
  return x.mapped(function).recorded(Pullback(to: x) { dy in combined(slope, dy, x0) })
}

extension Activation {
  /// Returns the function of each element.
  package func callAsFunction(_ x: Tensor) -> Tensor {
    switch self {
    case .linear: x
    case .relu: Tensors.relu(x)
    case .relu6: Tensors.relu6(x)
    case .silu: Tensors.silu(x)
    case .hardSwish: Tensors.hardSwish(x)
    case .gelu: Tensors.gelu(x)
    }
  }
}

/// Returns e to the power of each element.
package func exp(_ x: Tensor) -> Tensor {
  let y = x.mapped(.exp)
  return y.recorded(Pullback(to: x) { dy in dy * y })
}

/// Returns the natural logarithm of each element.
package func log(_ x: Tensor) -> Tensor {
  let x0 = x.withoutGradient()
  return x.mapped(.log).recorded(Pullback(to: x) { dy in dy / x0 })
}

/// Returns the square root of each element.
package func sqrt(_ x: Tensor) -> Tensor {
  let y = x.mapped(.sqrt)
  return y.recorded(Pullback(to: x) { dy in dy / (2 * y) })
}

extension Tensor {
  /// Returns the result of the kernel, without history.
  func mapped(_ function: Pointwise) -> Tensor {
    if elementType != .float32 { return inFloat32 { $0.mapped(function) } }
    let y = Tensor(uninitialized: shape, type: elementType, on: device)
    device.backend.map(function, region, into: y.region)
    return y
  }

  /// Returns the result of `body` for this tensor in float32, converted back to the type of this tensor if that is in
  /// floating point.
  ///
  /// Few operations, mainly products and convolutions, are worth kernels of their own for bfloat16.
  func inFloat32(_ body: (Tensor) -> Tensor) -> Tensor {
    let y = body(converted(to: .float32))
    return elementType.isQuantized ? y : y.converted(to: elementType)
  }

  /// Returns the tensor converted to another type; its gradient is converted back.
  package func converted(to type: ElementType) -> Tensor {
    if type == elementType { return self }
    if type != .float32, elementType != .float32 {
      return converted(to: .float32).converted(to: type)
    }
    let before = elementType
    let y = Tensor(uninitialized: shape, type: type, on: device)
    device.backend.convert(region, into: y.region)
    return y.recorded(Pullback(to: self) { dy in dy.converted(to: before) })
  }
}
