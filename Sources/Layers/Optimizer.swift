import Tensors

/// A gradient descent optimizer whose rules match those of `torch.optim`.
package struct Optimizer: Sendable {
  package enum Rule: Sendable, Hashable {
    /// Adam (Kingma & Ba, 2015), which scales the step of every number by itself.
    ///
    /// With `decoupledDecay` it is AdamW (Loshchilov & Hutter, 2019): weights decay by themselves, not through
    /// the gradient.
    case adam(beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8, decoupledDecay: Bool)
    /// Stochastic gradient descent with momentum (Sutskever et al., 2013), in Nesterov's form if `nesterov`.
    case sgd(momentum: Float, nesterov: Bool)
  }

  package let rule: Rule
  /// The weight decay: the share of each weight that is subtracted per unit of learning rate.
  package let weightDecay: Float
  /// The optimizer state, by the parameters' names; checkpoints keep it, so that training can resume.
  package var states: [String: ParameterState] = [:]

  /// The optimizer state of one parameter, and the number of steps that made it.
  ///
  /// Each parameter counts its own steps, as in PyTorch: one that starts to learn late would
  /// otherwise take its first steps several times too long.
  package struct ParameterState: Sendable {
    package var step: Int
    /// In the order of the rule's `stateNames`, each shaped like the parameter.
    package var tensors: [Tensor]

    package init(step: Int, tensors: [Tensor]) { (self.step, self.tensors) = (step, tensors) }
  }

  package init(_ rule: Rule, weightDecay: Float = 0) {
    (self.rule, self.weightDecay) = (rule, weightDecay)
  }

  /// Moves `model` against `gradient`.
  ///
  /// - Parameters:
  ///   - model: Its parameters are overwritten in place where nothing else holds them.
  ///   - gradient: Parameters it lacks stay as they are.
  ///   - scale: A factor of the gradient, applied first; gradient clipping uses it.
  ///   - learningRate: Returns the learning rate of a parameter, which may depend on its value.
  package mutating func update(
    _ model: inout some Module, along gradient: ModelGradient, scale: Float = 1,
    learningRate: (Parameter, Tensor) -> Float
  ) {
    var states = states
    // The only copy must be the local one, or every write would copy first.
    self.states = [:]
    model.updateParameters { parameter, value in
      guard let dx = gradient.tensors[parameter.name] else { return }
      let rate = learningRate(parameter, value)
      var state =
        states.removeValue(forKey: parameter.name)
        ?? ParameterState(
          step: 0,
          tensors: rule.stateNames.map { _ in Tensor(zeros: value.shape, on: value.device) })
      state.step += 1
      let step = OptimizerStep(
        learningRate: rate, weightDecay: weightDecay, gradientScale: scale, step: state.step)
      value.update { rule.move($0, dx, &state, step) }
      states[parameter.name] = state
    }
    self.states = states
  }
}

extension Optimizer.Rule {
  /// The names of the tensors of each parameter's state in checkpoints.
  package var stateNames: [String] {
    switch self {
    case .adam: ["first", "second"]
    case .sgd(let momentum, _): momentum > 0 ? ["velocity"] : []
    }
  }

  fileprivate func move(
    _ x: Region, _ dx: Tensor, _ state: inout Optimizer.ParameterState, _ step: OptimizerStep
  ) {
    let backend = dx.device.backend
    switch self {
    case .adam(let beta1, let beta2, let epsilon, let decoupledDecay):
      let settings = AdamSettings(
        beta1: beta1, beta2: beta2, epsilon: epsilon, decoupledDecay: decoupledDecay)
      // Taken out, so that each is the only copy and is written in place.
      var (first, second) = (state.tensors[0], state.tensors[1])
      state.tensors = []
      first.update { first in
        second.update { second in backend.adam(x, dx.region, first, second, settings, step) }
      }
      state.tensors = [first, second]
    case .sgd(let momentum, let nesterov):
      guard momentum > 0 else {
        return backend.sgd(x, dx.region, nil, momentum: 0, nesterov: false, step)
      }
      state.tensors[0].update { velocity in
        backend.sgd(x, dx.region, velocity, momentum: momentum, nesterov: nesterov, step)
      }
    }
  }
}

/// Returns the factor that clips a gradient of norm `norm` to at most `limit` (Pascanu et al., 2013).
package func clippingScale(of norm: Double, toNorm limit: Double) -> Float {
  norm > limit ? Float(limit / (norm + 1e-6)) : 1
}
