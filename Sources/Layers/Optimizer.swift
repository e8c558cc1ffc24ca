import Tensors

/// Follows a gradient, step by step, as `torch.optim` does.
public struct Optimizer: Sendable {
  public enum Rule: Sendable, Hashable {
    /// A step size of its own for every number (Kingma & Ba, 2015). With `decoupledDecay` it is AdamW
    /// (Loshchilov & Hutter, 2019): weights decay by themselves, not through the gradient.
    case adam(beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8, decoupledDecay: Bool)
    /// Stochastic gradient descent with momentum (Sutskever et al., 2013), which Nesterov's form looks
    /// ahead by.
    case sgd(momentum: Float, nesterov: Bool)
  }

  public let rule: Rule
  /// How much of each weight is taken off per unit of step size.
  public let weightDecay: Float
  /// By the parameters' names; to be kept with them, so that learning can go on another day.
  public var memories: [String: Memory] = [:]

  /// What the rule remembers of a parameter's gradients, and how many steps made it.
  ///
  /// Each parameter counts its own steps, as in PyTorch: one that starts to learn late would
  /// otherwise take its first steps several times too long.
  public struct Memory: Sendable {
    public var step: Int
    /// In the order of the rule's `memoryNames`, each shaped like the parameter.
    public var tensors: [Tensor]

    public init(step: Int, tensors: [Tensor]) { (self.step, self.tensors) = (step, tensors) }
  }

  public init(_ rule: Rule, weightDecay: Float = 0) {
    (self.rule, self.weightDecay) = (rule, weightDecay)
  }

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
    var memories = memories
    // The only copy must be the local one, or every write would copy first.
    self.memories = [:]
    model.updateParameters { parameter, value in
      guard let dx = gradient.tensors[parameter.name] else { return }
      let rate = learningRate(parameter, value)
      var memory =
        memories.removeValue(forKey: parameter.name)
        ?? Memory(
          step: 0,
          tensors: rule.memoryNames.map { _ in Tensor(zeros: value.shape, on: value.device) })
      memory.step += 1
      let step = OptimizerStep(
        learningRate: rate, weightDecay: weightDecay, gradientScale: scale, step: memory.step)
      value.update { rule.move($0, dx, &memory, step) }
      memories[parameter.name] = memory
    }
    self.memories = memories
  }
}

extension Optimizer.Rule {
  /// What is remembered of each parameter, as checkpoints name it.
  public var memoryNames: [String] {
    switch self {
    case .adam: ["first", "second"]
    case .sgd(let momentum, _): momentum > 0 ? ["velocity"] : []
    }
  }

  fileprivate func move(
    _ x: Region, _ dx: Tensor, _ memory: inout Optimizer.Memory, _ step: OptimizerStep
  ) {
    let backend = dx.device.backend
    switch self {
    case .adam(let beta1, let beta2, let epsilon, let decoupledDecay):
      let settings = AdamSettings(
        beta1: beta1, beta2: beta2, epsilon: epsilon, decoupledDecay: decoupledDecay)
      // Taken out, so that each is the only copy and is written in place.
      var (first, second) = (memory.tensors[0], memory.tensors[1])
      memory.tensors = []
      first.update { first in
        second.update { second in backend.adam(x, dx.region, first, second, settings, step) }
      }
      memory.tensors = [first, second]
    case .sgd(let momentum, let nesterov):
      guard momentum > 0 else {
        return backend.sgd(x, dx.region, nil, momentum: 0, nesterov: false, step)
      }
      memory.tensors[0].update { velocity in
        backend.sgd(x, dx.region, velocity, momentum: momentum, nesterov: nesterov, step)
      }
    }
  }
}

/// What to multiply a gradient of norm `norm` by so that it is at most `limit` (Pascanu et al., 2013).
public func clippingScale(of norm: Double, toNorm limit: Double) -> Float {
  norm > limit ? Float(limit / (norm + 1e-6)) : 1
}
