/// Returns the matrix product `a · b`; either side may be read transposed.
///
/// `a` is `[M, K]`, or `[K, M]` when `transposeLeft`; `b` is `[K, N]`, or
/// `[N, K]` when `transposeRight`. The product is `[M, N]`.
package func matmul(
  _ a: Tensor, _ b: Tensor, transposeLeft: Bool = false, transposeRight: Bool = false
) -> Tensor {
  requireOneType(a, [b], "matmul")
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

/// Returns a linear map of the last axis, `x Wᵀ + b`, in PyTorch's layout.
///
/// Products are computed in the precision of `x` and accumulated in float32. Weights that are trained stay in
/// float32, and `x` in bfloat16 makes their products faster.
///
/// - Parameters:
///   - x: `[…, I]`.
///   - weight: `[O, I]`; a packed copy in the precision of `x` is kept with it until it changes.
///   - bias: `[O]`, with the type of the result.
/// - Returns: `[…, O]`, in float32 unless both `x` and `weight` are in bfloat16.
package func linear(_ x: Tensor, _ weight: Tensor, bias: Tensor?) -> Tensor {
  let map = LinearMap(x, weight)
  precondition(
    bias.map { $0.shape == [map.outputs] } ?? true,
    "linear: a bias \(bias?.shape ?? []) for \(map.outputs) outputs")
  let type = x.elementType == weight.elementType ? x.elementType : .float32
  let y = Tensor(uninitialized: x.shape.dropLast() + [map.outputs], type: type, on: x.device)
  requireOneType(y, [bias], "linear")
  x.device.backend.multiply(x.region, weight.region, bias?.region, map.product, into: y.region)
  return recordedJointly([y], from: [x.history, weight.history, bias?.history]) { gradients in
    gradients[0].map { map.gradients($0) } ?? [nil, nil, nil]
  }[0]
}

/// The operands of a linear map, which its gradients are computed from.
struct LinearMap: Sendable {
  let x: Tensor
  let weight: Tensor
  let rows: Int
  let inputs: Int
  let outputs: Int
  private let wantsInput: Bool
  private let wantsWeight: Bool

  init(_ x: Tensor, _ weight: Tensor) {
    (inputs, outputs) = (weight.shape[1], weight.shape[0])
    precondition(
      x.shape.last == inputs, "linear: \(x.shape) times the transpose of \(weight.shape)")
    rows = x.elementCount / inputs
    (wantsInput, wantsWeight) = (x.history != nil, weight.history != nil)
    (self.x, self.weight) = (x.withoutGradient(), weight.withoutGradient())
  }

  /// `x Wᵀ`.
  var product: Product {
    Product(
      rows: rows, columns: outputs, inner: inputs, transposeRight: true, reusesRight: true)
  }

  /// Returns the gradients of `x`, the weight and the bias, given that of the result.
  func gradients(_ dy: Tensor) -> [Contribution?] {
    let dy = dy.reshaped(to: [rows, outputs])
    // Rounded once for both products.
    let factor = dy.converted(to: x.elementType)
    return [
      wantsInput ? .gradient(inputGradient(factor)) : nil,
      wantsWeight ? .deferred(weightGradient(factor)) : nil, .gradient(dy.columnSums),
    ]
  }

  private func inputGradient(_ dy: Tensor) -> Tensor {
    Tensors.product(dy, weight, false, false, into: x.elementType).reshaped(to: x.shape)
  }

  private func weightGradient(_ dy: Tensor) -> MatrixProduct {
    MatrixProduct(
      transposed: dy, x.reshaped(to: [rows, inputs]), type: weight.elementType)
  }
}

/// The deferred product `aᵀ b`: the gradient of weights, to which every step of a recurrence adds one.
///
/// One product over the rows of all steps is faster than many products, each of which reads and writes the sum.
struct MatrixProduct: DeferredGradient {
  /// `[rows, O]` and `[rows, I]`.
  private let a: Tensor
  private let b: Tensor
  /// The type of the result, `[O, I]`.
  private let type: ElementType

  init(transposed a: Tensor, _ b: Tensor, type: ElementType) {
    (self.a, self.b, self.type) = (a, b, type)
  }

  func sum(with others: [MatrixProduct]) -> Tensor {
    if others.isEmpty { return product(a, b, true, false, into: type) }
    return product(
      Tensor(concatenating: [a] + others.map(\.a), along: 0),
      Tensor(concatenating: [b] + others.map(\.b), along: 0), true, false, into: type)
  }

  func goesWith(_ other: MatrixProduct) -> Bool {
    (a.elementType, b.elementType, type) == (other.a.elementType, other.b.elementType, other.type)
  }
}

/// Returns the result of the kernel, without history, multiplied in the precision of `a`.
///
/// The result has the given type, or that of `a`.
func product(
  _ a: Tensor, _ b: Tensor, _ transposeLeft: Bool, _ transposeRight: Bool,
  into type: ElementType? = nil
) -> Tensor {
  precondition(
    a.rank == 2 && b.rank == 2, "matmul: needs two matrices, not \(a.shape) and \(b.shape)")
  let (rows, inner) = transposeLeft ? (a.shape[1], a.shape[0]) : (a.shape[0], a.shape[1])
  let (innerRight, columns) = transposeRight ? (b.shape[1], b.shape[0]) : (b.shape[0], b.shape[1])
  precondition(inner == innerRight, "matmul: inner sizes differ, \(a.shape) and \(b.shape)")
  let y = Tensor(uninitialized: [rows, columns], type: type ?? a.elementType, on: a.device)
  let shape = Product(
    rows: rows, columns: columns, inner: inner, transposeLeft: transposeLeft,
    transposeRight: transposeRight)
  a.device.backend.multiply(a.region, b.region, nil, shape, into: y.region)
  return y
}

/// Traps unless all operands have the element type of `x`, which selects the kernel.
func requireOneType(_ x: Tensor, _ others: [Tensor?], _ name: String) {
  for case let other? in others where other.elementType != x.elementType {
    preconditionFailure("\(name): \(x.elementType) with \(other.elementType)")
  }
}
