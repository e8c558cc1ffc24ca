import Tensors

/// A part of a model, with named parameters.
///
/// Modules are values. Copying one copies no tensor data, and changing the copy leaves the first alone.
package protocol Module: Sendable {
  /// Passes every parameter to `visitor`, once, under its published name.
  ///
  /// Names stand nowhere else: loading, saving, initializing and learning all go through here.
  mutating func visitParameters(_ visitor: inout ParameterVisitor)
}

/// The name, the role and the initialization of a parameter.
package struct Parameter: Sendable, Hashable {
  /// The full name, such as `layer1.0.conv1.weight`.
  package let name: String
  package let role: Role
  package let initialization: Initialization

  package enum Role: Sendable {
    case learned
    /// A buffer that is measured, not learned: the running mean or variance of a norm.
    case statistic
  }
}

extension Module {
  /// Passes each parameter with its name to `body`, which may replace it.
  package mutating func updateParameters(_ body: (Parameter, inout Tensor) -> Void) {
    withoutActuallyEscaping(body) { body in
      var visitor = ParameterVisitor(body)
      visitParameters(&visitor)
    }
  }

  /// All parameters by name, in the order of `visitParameters`.
  package var parameters: [(parameter: Parameter, value: Tensor)] {
    var copy = self
    var found: [(parameter: Parameter, value: Tensor)] = []
    copy.updateParameters { parameter, value in found.append((parameter, value)) }
    return found
  }

  /// The number of scalars that the module has learned or can learn.
  package var parameterCount: Int {
    parameters.filter { $0.parameter.role == .learned }.reduce(0) { $0 + $1.value.elementCount }
  }

  /// Moves the chosen parameters towards those of `other` by a share of the way, in `0...1`.
  package mutating func approach(
    _ other: Self, share: Float, where isChosen: (Parameter) -> Bool
  ) {
    var next = other.parameters.makeIterator()
    updateParameters { parameter, value in
      guard let target = next.next()?.value, isChosen(parameter) else { return }
      value.approach(target, share: share)
    }
  }

  /// Initializes every parameter, drawing from `random`.
  package mutating func initialize(using random: inout SeededGenerator) {
    var generator = random
    updateParameters { parameter, value in
      value = parameter.initialization.tensor(of: value.shape, using: &generator)
    }
    random = generator
  }

  /// Returns the same module with its parameters on another device.
  package func moved(to device: Device) -> Self {
    var copy = self
    copy.updateParameters { _, value in value = value.moved(to: device) }
    return copy
  }

  /// Returns the same module with its parameters stored in another element type, which it then computes
  /// with.
  package func converted(to type: ElementType) -> Self {
    var copy = self
    copy.updateParameters { _, value in value = value.converted(to: type) }
    return copy
  }
}
