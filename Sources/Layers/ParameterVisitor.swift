import Tensors

/// A walk through a module's parameters, which keeps the path to the current one.
package struct ParameterVisitor {
  private var path: [String] = []
  private let body: (Parameter, inout Tensor) -> Void
  private let change: LayerChange?
  /// The types that convolutions were measured to have, by name.
  private(set) var observed: [String: Quantization.LayerTypes] = [:]

  /// A change of convolutions and norms on the way.
  enum LayerChange {
    /// Norms, and factors of channels, are folded into the maps before them.
    case fold
    case beginMeasuring
    case endMeasuring
    case beginObserving
    case endObserving
    /// Convolutions compute in whole numbers.
    case quantize(Quantization)
  }

  /// True if norms, and factors of channels, are folded into the maps before them.
  package var folds: Bool { if case .fold = change { true } else { false } }

  package init(_ body: @escaping (Parameter, inout Tensor) -> Void) { self.init(nil, body) }

  init(_ change: LayerChange?, _ body: @escaping (Parameter, inout Tensor) -> Void) {
    (self.change, self.body) = (change, body)
  }

  package mutating func visit(
    _ name: String, _ value: inout Tensor, initially initialization: Initialization = .zeros,
    role: Parameter.Role = .learned
  ) {
    body(Parameter(name: self.name(name), role: role, initialization: initialization), &value)
  }

  /// Returns the full name of a part.
  private func name(_ part: String) -> String { (path + [part]).joined(separator: ".") }

  package mutating func visit<Part: Module>(_ name: String, _ module: inout Part) {
    path.append(name)
    module.visitParameters(&self)
    path.removeLast()
  }

  /// Visits a parameter that a part may lack.
  package mutating func visit(
    _ name: String, _ value: inout Tensor?, initially initialization: Initialization
  ) {
    // Taken out, so that what changes it may do so in place.
    guard var present = value.take() else { return }
    visit(name, &present, initially: initialization)
    value = present
  }

  /// Visits a part that a model may lack.
  package mutating func visit<Part: Module>(_ name: String, _ module: inout Part?) {
    guard var present = module else { return }
    visit(name, &present)
    module = present
  }

  /// Visits a list, whose elements are named by their position.
  package mutating func visit<Part: Module>(_ name: String, _ modules: inout [Part]) {
    path.append(name)
    for index in modules.indices { visit("\(index)", &modules[index]) }
    path.removeLast()
  }

  /// Visits a convolution and its norm, which published weights name as two neighbours.
  package mutating func visit(
    _ convolution: String, _ norm: String, _ layer: inout NormalizedConvolution
  ) {
    switch change {
    case .fold: layer.fold()
    case .beginMeasuring: layer.beginMeasuring()
    case .endMeasuring: layer.endMeasuring()
    case .beginObserving: layer.beginObserving()
    case .endObserving: observed[name(convolution)] = layer.endObserving()
    case .quantize(let quantization):
      let name = name(convolution)
      if let types = quantization.layers[name] {
        layer.quantize(quantization.kept.contains(name) ? nil : types)
      }
    case nil: break
    }
    visit(convolution, &layer.convolution)
    visit(norm, &layer.norm)
  }
}
