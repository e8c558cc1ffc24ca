import Tensors

/// Follows a gradient with a step size of its own for every parameter (Kingma & Ba, 2015).
///
/// With a weight decay it is AdamW (Loshchilov & Hutter, 2019). Matches `torch.optim`.
public struct Adam: Sendable {
  public var beta1: Float = 0.9
  public var beta2: Float = 0.999
  public var epsilon: Float = 1e-8
  /// Per unit of learning rate, off the weights themselves.
  public var weightDecay: Float = 0
  /// By the parameters' names; to be kept with them, so that learning can go on another day.
  public var moments: [String: Moments] = [:]

  /// Running means of a parameter's gradient and of its square, and how many steps made them.
  ///
  /// Each parameter counts its own steps, as in PyTorch: one that starts to learn late would
  /// otherwise take its first steps several times too long.
  public struct Moments: Sendable {
    public var step: Int
    public var first: Tensor
    public var second: Tensor

    public init(step: Int = 0, first: Tensor, second: Tensor) {
      (self.step, self.first, self.second) = (step, first, second)
    }
  }

  public init() {}

  /// Moves `model` against `gradient`.
  ///
  /// - Parameters:
  ///   - model: Its parameters are overwritten in place where nothing else holds them.
  ///   - gradient: Parameters it lacks stay as they are.
  ///   - scale: Multiplies the gradient first; clipping is done by it.
  ///   - learningRate: The step size for a parameter, which may go by its numbers.
  public mutating func update(
    _ model: inout some Module, along gradient: ModelGradient, scale: Float = 1,
    learningRate: (Parameter, Tensor) -> Float
  ) {
    var rule = AdamStep(
      learningRate: 0, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay,
      gradientScale: scale, step: 0)
    var moments = moments
    // The only copy must be the local one, or every write would copy first.
    self.moments = [:]
    model.updateParameters { parameter, value in
      guard let dx = gradient.tensors[parameter.name] else { return }
      rule.learningRate = learningRate(parameter, value)
      var own =
        moments.removeValue(forKey: parameter.name)
        ?? Moments(
          first: Tensor(zeros: value.shape, on: value.device),
          second: Tensor(zeros: value.shape, on: value.device))
      own.step += 1
      rule.step = own.step
      value.update { x in
        own.first.update { first in
          own.second.update { second in
            dx.device.backend.adam(x, dx.region, first, second, rule)
          }
        }
      }
      moments[parameter.name] = own
    }
    self.moments = moments
  }
}

extension ModelGradient {
  /// What to multiply the gradient by so that its norm is at most `limit` (Pascanu et al., 2013).
  public func clippingScale(toNorm limit: Double) -> Float {
    let norm = norm
    return norm > limit ? Float(limit / (norm + 1e-6)) : 1
  }
}
