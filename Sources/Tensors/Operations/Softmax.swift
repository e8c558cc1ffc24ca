/// Returns the softmax along the last axis: probabilities from scores.
package func softmax(_ x: Tensor) -> Tensor {
  let y = x.softmaxed(logarithm: false)
  return y.recorded(
    Pullback(to: x) { dy in
      let rows = y.shape.dropLast() + [1]
      return y * (dy - (dy * y).sum(over: [y.rank - 1]).reshaped(to: Array(rows)))
    })
}

/// Returns the logarithm of the softmax along the last axis: log-probabilities from scores.
package func logSoftmax(_ x: Tensor) -> Tensor {
  let y = x.softmaxed(logarithm: true)
  return y.recorded(
    Pullback(to: x) { dy in
      let rows = y.shape.dropLast() + [1]
      return dy - exp(y) * dy.sum(over: [y.rank - 1]).reshaped(to: Array(rows))
    })
}

extension Tensor {
  fileprivate func softmaxed(logarithm: Bool) -> Tensor {
    if elementType != .float32 { return inFloat32 { $0.softmaxed(logarithm: logarithm) } }
    let y = Tensor(uninitialized: shape, type: elementType, on: device)
    device.backend.softmax(region, columns: shape[rank - 1], logarithm: logarithm, into: y.region)
    return y
  }
}
