import Tensors

/// Returns the mean of `-log p(target)` over the rows whose target is not ignored, in nats.
///
/// It is the reference for `crossEntropy(ofLinear:)`, which never holds all logits.
///
/// - Parameters:
///   - logits: `[…, V]`.
///   - targets: The target column of each row.
///   - ignored: The target of rows that are ignored; if all are, the mean is 0.
///   - smoothing: The label smoothing (Szegedy et al., 2016), in `0...1`, as PyTorch's `label_smoothing`.
/// - Returns: One number, of shape `[]`.
package func crossEntropy(
  _ logits: Tensor, _ targets: [Int32], ignoring ignored: Int32, smoothing: Float = 0
) -> Tensor {
  let columns = logits.shape[logits.rank - 1]
  let rows = logits.elementCount / columns
  let entropy = Entropy(
    checking: targets, rows: rows, columns: columns, ignored: ignored, smoothing: smoothing)
  let device = logits.device
  let losses = Tensor(uninitialized: [rows], on: device)
  let gradient =
    logits.history == nil ? nil : Tensor(uninitialized: logits.shape, on: device)
  let scores = Tensor(uninitialized: logits.shape, on: device)
  device.backend.convert(logits.region, into: scores.region)
  device.backend.crossEntropy(
    scores.region, targets: targets[...], weights: nil, entropy, into: losses.region,
    gradient: gradient?.region)
  let loss = losses.sum() * entropy.scale
  guard let gradient else { return loss }
  return loss.recorded(Pullback(to: logits) { dy in gradient * dy })
}
