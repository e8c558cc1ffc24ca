/// Returns the largest value of each window, `[B, H, W, C]` to `[B, h, w, C]`.
///
/// Padding never wins, and of equal values the first receives the gradient, as in PyTorch.
package func maxPool(_ x: Tensor, window size: Int, stride: Int, padding: Padding = .none) -> Tensor
{
  pool(.max, x, size, stride, padding)
}

/// Returns the mean of each window, with padding counted as zeros: PyTorch's `count_include_pad`.
package func averagePool(
  _ x: Tensor, window size: Int, stride: Int, padding: Padding = .none
) -> Tensor {
  pool(.average, x, size, stride, padding)
}

private func pool(
  _ kind: PoolingKind, _ x: Tensor, _ size: Int, _ stride: Int, _ padding: Padding
) -> Tensor {
  precondition(x.rank == 4, "pooling: needs a map [B, H, W, C], not \(x.shape)")
  if x.elementType != .float32, !(x.elementType.isQuantized && kind == .max) {
    return x.inFloat32 { pool(kind, $0, size, stride, padding) }
  }
  let window = Window(
    batch: x.shape[0], height: x.shape[1], width: x.shape[2], channels: x.shape[3],
    outputChannels: x.shape[3], kernelHeight: size, kernelWidth: size, stride: stride,
    padding: padding)
  precondition(
    window.outputHeight > 0 && window.outputWidth > 0,
    "pooling: a window of \(size) is larger than the padded map \(x.shape)")
  precondition(
    max(padding.top, padding.left, padding.bottom, padding.right) < size,
    "pooling: a window of \(size) would see nothing but padding")
  let y = Tensor(uninitialized: window.outputShape, type: x.elementType, on: x.device)
  x.device.backend.pool(kind, x.region, window, into: y.region)
  let x0 = x.withoutGradient()
  return y.recorded(
    Pullback(to: x) { dy in
      let dx = Tensor(uninitialized: x0.shape, type: x0.elementType, on: x0.device)
      x0.device.backend.poolingGradient(kind, x0.region, dy.region, window, into: dx.region)
      return dx
    })
}
