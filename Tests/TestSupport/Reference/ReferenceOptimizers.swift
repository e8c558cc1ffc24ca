import Tensors

#if canImport(Glibc)
import Glibc
#endif

extension ReferenceBackend {
  package func adam(
    _ x: Region, _ dx: Region, _ first: Region, _ second: Region, _ settings: AdamSettings,
    _ step: OptimizerStep
  ) {
    let (beta1, beta2) = (Double(settings.beta1), Double(settings.beta2))
    let (rate, decay) = (Double(step.learningRate), Double(step.weightDecay))
    let gradient = zip(dx.values, x.values).map { dx, x in
      dx * Double(step.gradientScale) + (settings.decoupledDecay ? 0 : decay * x)
    }
    first.values = zip(first.values, gradient).map { beta1 * $0 + (1 - beta1) * $1 }
    second.values = zip(second.values, gradient).map { beta2 * $0 + (1 - beta2) * $1 * $1 }
    let moments = zip(first.values, second.values)
    x.values = zip(x.values, moments).map { x, moments in
      let mean = moments.0 / (1 - pow(beta1, Double(step.step)))
      let square = moments.1 / (1 - pow(beta2, Double(step.step)))
      let decayed = settings.decoupledDecay ? x - rate * decay * x : x
      return decayed - rate * mean / (square.squareRoot() + Double(settings.epsilon))
    }
  }

  package func sgd(
    _ x: Region, _ dx: Region, _ velocity: Region?, momentum: Float, nesterov: Bool,
    _ step: OptimizerStep
  ) {
    let gradient = zip(dx.values, x.values).map { dx, x in
      dx * Double(step.gradientScale) + Double(step.weightDecay) * x
    }
    var direction = gradient
    if let velocity {
      velocity.values = zip(velocity.values, gradient).map { Double(momentum) * $0 + $1 }
      direction = velocity.values
      if nesterov {
        direction = zip(gradient, direction).map { $0 + Double(momentum) * $1 }
      }
    }
    x.values = zip(x.values, direction).map { $0 - Double(step.learningRate) * $1 }
  }

  package func approach(_ x: Region, _ share: Float, _ y: Region) {
    y.values = zip(x.values, y.values).map { $1 + Double(share) * ($0 - $1) }
  }

  package func clip(_ x: Region, to limit: Float) -> Int {
    let values = x.values
    x.values = values.map { min(max($0, -Double(limit)), Double(limit)) }
    return values.count { abs($0) > Double(limit) }
  }
}
