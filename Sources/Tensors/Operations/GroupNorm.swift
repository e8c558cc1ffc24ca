/// Normalises the channels of each picture in groups (Wu & He, 2018).
///
///     y = (x - mean) / √(variance + ε) · weight + bias
///
/// - Parameters:
///   - x: `[B, H, W, C]`; mean and variance are over a picture's positions and a group's channels.
///   - weight: `[C]`.
///   - bias: `[C]`.
///   - groups: The number of groups, which divides the number of channels.
///   - epsilon: Added to the variance, which keeps a constant group finite.
/// - Returns: `[B, H, W, C]`.
package func groupNorm(
  _ x: Tensor, weight: Tensor, bias: Tensor, groups: Int, epsilon: Float = 1e-5
) -> Tensor {
  if x.elementType != .float32 {
    return x.inFloat32 {
      groupNorm(
        $0, weight: weight.converted(to: .float32), bias: bias.converted(to: .float32),
        groups: groups, epsilon: epsilon)
    }
  }
  let channels = x.shape[x.rank - 1]
  precondition(channels % groups == 0, "groupNorm: \(channels) channels in \(groups) groups")
  precondition(
    weight.shape == [channels] && bias.shape == [channels],
    "groupNorm: weight \(weight.shape) and bias \(bias.shape) for \(channels) channels")
  let grouping = Grouping(
    batch: x.shape[0], positions: x.elementCount / x.shape[0] / channels, channels: channels,
    groups: groups, epsilon: epsilon)
  let y = Tensor(uninitialized: x.shape, on: x.device)
  let statistics = (0..<2).map { _ in Tensor(uninitialized: [x.shape[0], groups], on: x.device) }
  let result = GroupNormResult(
    y: y.region, mean: statistics[0].region, inverseDeviation: statistics[1].region)
  let backend = x.device.backend
  backend.groupNorm(x.region, weight.region, bias.region, grouping, into: result)

  let (x0, weight0) = (x.withoutGradient(), weight.withoutGradient())
  return recordedJointly([y], from: [x, weight, bias]) { gradients in
    guard let dy = gradients[0] else { return [nil, nil, nil] }
    let dx = Tensor(uninitialized: x0.shape, on: x0.device)
    let dweight = Tensor(uninitialized: [channels], on: x0.device)
    let dbias = Tensor(uninitialized: [channels], on: x0.device)
    x0.device.backend.groupNormGradient(
      x0.region, weight0.region, result, dy.region, grouping, into: dx.region, dweight.region,
      dbias.region)
    return [dx, dweight, dbias]
  }[0]
}

/// Normalises the features of each position (Ba et al., 2016).
///
///     y = (x - mean) / √(variance + ε) · weight + bias
///
/// - Parameters:
///   - x: `[…, F]`; mean and variance are over the last axis.
///   - weight: `[F]`.
///   - bias: `[F]`.
///   - epsilon: Added to the variance.
/// - Returns: The shape of `x`.
package func layerNorm(
  _ x: Tensor, weight: Tensor, bias: Tensor, epsilon: Float = 1e-6
) -> Tensor {
  let size = x.shape[x.rank - 1]
  return groupNorm(
    x.reshaped(to: [x.elementCount / size, size]), weight: weight, bias: bias, groups: 1,
    epsilon: epsilon
  ).reshaped(to: x.shape)
}
