import Tensors

/// A part of a model: something with named parameters.
///
/// Modules are values. Copying one copies no numbers, and changing the copy leaves the first alone.
public protocol Module: Sendable {
  /// Shows every parameter to `visitor`, once, under its published name.
  ///
  /// This is the only place where names stand: loading, saving, initialising and learning all go
  /// through here.
  mutating func visitParameters(_ visitor: inout ParameterVisitor)
}

/// What a parameter is called, what it is for, and how it begins.
public struct Parameter: Sendable, Hashable {
  /// The full name, such as `layer1.0.conv1.weight`.
  public let name: String
  public let role: Role
  public let initialization: Initialization

  public enum Role: Sendable {
    case learned
    /// Measured, not learned: the mean and variance that a batch norm was trained with.
    case statistic
  }
}

extension Module {
  /// Shows each parameter with its name to `body`, which may replace it.
  public mutating func updateParameters(_ body: (Parameter, inout Tensor) -> Void) {
    withoutActuallyEscaping(body) { body in
      var visitor = ParameterVisitor(body)
      visitParameters(&visitor)
    }
  }

  /// All parameters by name, in the order of `visitParameters`.
  public var parameters: [(parameter: Parameter, value: Tensor)] {
    var copy = self
    var found: [(parameter: Parameter, value: Tensor)] = []
    copy.updateParameters { parameter, value in found.append((parameter, value)) }
    return found
  }

  /// How many numbers the module has learned or can learn.
  public var parameterCount: Int {
    parameters.filter { $0.parameter.role == .learned }.reduce(0) { $0 + $1.value.elementCount }
  }

  /// Moves the chosen parameters towards those of `other` by a share of the way, in `0...1`.
  public mutating func approach(
    _ other: Self, share: Float, where isChosen: (Parameter) -> Bool
  ) {
    var next = other.parameters.makeIterator()
    updateParameters { parameter, value in
      guard let target = next.next()?.value, isChosen(parameter) else { return }
      value.approach(target, share: share)
    }
  }

  /// Draws every parameter afresh.
  public mutating func initialize(using random: inout SeededGenerator) {
    var generator = random
    updateParameters { parameter, value in
      value = parameter.initialization.tensor(of: value.shape, using: &generator)
    }
    random = generator
  }

  /// The same module with its parameters on another device.
  package func moved(to device: Device) -> Self {
    var copy = self
    copy.updateParameters { _, value in value = value.moved(to: device) }
    return copy
  }

  /// The same module with its parameters stored with another precision, which it then computes with.
  package func converted(to type: ElementType) -> Self {
    var copy = self
    copy.updateParameters { _, value in value = value.converted(to: type) }
    return copy
  }
}
