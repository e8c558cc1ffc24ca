/// The matrix product `a · b`, where either side may be read transposed.
///
/// `a` is `[M, K]`, or `[K, M]` when `transposeLeft`; `b` is `[K, N]`, or
/// `[N, K]` when `transposeRight`. The product is `[M, N]`.
public func matmul(
  _ a: Tensor, _ b: Tensor, transposeLeft: Bool = false, transposeRight: Bool = false
) -> Tensor {
  let (a0, b0) = (a.withoutGradient(), b.withoutGradient())
  return product(a, b, transposeLeft, transposeRight).recorded(
    Pullback(to: a) { dy in
      transposeLeft
        ? product(b0, dy, transposeRight, true) : product(dy, b0, false, !transposeRight)
    },
    Pullback(to: b) { dy in
      transposeRight
        ? product(dy, a0, true, transposeLeft) : product(a0, dy, !transposeLeft, false)
    })
}

/// A linear map of the last axis, `x Wᵀ + b`, in PyTorch's layout.
///
/// - Parameters:
///   - x: `[…, I]`.
///   - weight: `[O, I]`; a packed copy is kept beside it until it is written. May be stored in bfloat16
///     where `x` is not: each number is widened as it is read.
///   - bias: `[O]`.
/// - Returns: `[…, O]`.
public func linear(_ x: Tensor, _ weight: Tensor, bias: Tensor?) -> Tensor {
  let (inputs, outputs) = (weight.shape[1], weight.shape[0])
  precondition(x.shape.last == inputs, "linear: \(x.shape) times the transpose of \(weight.shape)")
  precondition(
    bias.map { $0.shape == [outputs] } ?? true,
    "linear: a bias \(bias?.shape ?? []) for \(outputs) outputs")
  requireOneType(x, [bias], "linear")
  precondition(
    weight.elementType == x.elementType || weight.elementType == .bfloat16,
    "linear: \(x.elementType) with a weight of \(weight.elementType)")
  let rows = x.elementCount / inputs
  let y = Tensor(uninitialized: x.shape.dropLast() + [outputs], type: x.elementType, on: x.device)
  var shape = Product(rows: rows, columns: outputs, inner: inputs, transposeRight: true)
  shape.reusesRight = true
  x.device.backend.multiply(x.region, weight.region, bias?.region, shape, into: y.region)

  let (x0, weight0, xShape) = (x.withoutGradient(), weight.withoutGradient(), x.shape)
  let pullbacks = [
    Pullback(to: x) { dy in
      product(
        dy.reshaped(to: [rows, outputs]), weight0.converted(to: dy.elementType), false, false
      ).reshaped(to: xShape)
    },
    Pullback(to: weight) { dy in
      product(dy.reshaped(to: [rows, outputs]), x0.reshaped(to: [rows, inputs]), true, false)
    },
  ]
  guard let bias else { return y.recorded(pullbacks[0], pullbacks[1]) }
  return y.recorded(
    pullbacks[0], pullbacks[1],
    Pullback(to: bias) { dy in dy.reshaped(to: [rows, outputs]).sum(over: [0]) })
}

/// The kernel's result, without history.
func product(_ a: Tensor, _ b: Tensor, _ transposeLeft: Bool, _ transposeRight: Bool) -> Tensor {
  precondition(
    a.rank == 2 && b.rank == 2, "matmul: needs two matrices, not \(a.shape) and \(b.shape)")
  let (rows, inner) = transposeLeft ? (a.shape[1], a.shape[0]) : (a.shape[0], a.shape[1])
  let (innerRight, columns) = transposeRight ? (b.shape[1], b.shape[0]) : (b.shape[0], b.shape[1])
  precondition(inner == innerRight, "matmul: inner sizes differ, \(a.shape) and \(b.shape)")
  requireOneType(a, [b], "matmul")
  let y = Tensor(uninitialized: [rows, columns], type: a.elementType, on: a.device)
  let shape = Product(
    rows: rows, columns: columns, inner: inner, transposeLeft: transposeLeft,
    transposeRight: transposeRight)
  a.device.backend.multiply(a.region, b.region, nil, shape, into: y.region)
  return y
}

/// Traps unless all operands have the element type of `x`, which the kernel goes by.
func requireOneType(_ x: Tensor, _ others: [Tensor?], _ name: String) {
  for case let other? in others where other.elementType != x.elementType {
    preconditionFailure("\(name): \(x.elementType) with \(other.elementType)")
  }
}
