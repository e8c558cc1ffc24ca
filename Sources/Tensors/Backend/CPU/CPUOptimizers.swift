import CKernels

#if canImport(Glibc)
import Glibc
#endif

extension CPUBackend {
  package func adam(
    _ x: Region, _ dx: Region, _ first: Region, _ second: Region, _ settings: AdamSettings,
    _ step: OptimizerStep
  ) {
    let adam = ck_adam(
      beta1: settings.beta1, beta2: settings.beta2, epsilon: settings.epsilon,
      correction1: Float(1 - pow(Double(settings.beta1), Double(step.step))),
      correction2: Float(1 - pow(Double(settings.beta2), Double(step.step))),
      decoupled_decay: settings.decoupledDecay)
    ck_adam_step(
      x.address, dx.address, first.address, second.address, ck_step(step), adam, Int64(x.count))
  }

  package func sgd(
    _ x: Region, _ dx: Region, _ velocity: Region?, momentum: Float, nesterov: Bool,
    _ step: OptimizerStep
  ) {
    ck_sgd_step(
      x.address, dx.address, velocity?.address, momentum, nesterov, ck_step(step), Int64(x.count))
  }

  package func approach(_ x: Region, _ share: Float, _ y: Region) {
    ck_approach(x.address, share, y.address, Int64(y.count))
  }

  package func clip(_ x: Region, to limit: Float) -> Int {
    Int(ck_clip(x.address, limit, Int64(x.count)))
  }
}

extension ck_step {
  fileprivate init(_ step: OptimizerStep) {
    self.init(
      learning_rate: step.learningRate, decay: step.weightDecay,
      gradient_scale: step.gradientScale)
  }
}
