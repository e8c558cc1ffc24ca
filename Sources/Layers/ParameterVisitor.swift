import Tensors

/// A walk through a module's parameters, which keeps the path to the current one.
package struct ParameterVisitor {
  private var path: [String] = []
  private let body: (Parameter, inout Tensor) -> Void
  /// True if norms and factors are folded into the maps before them on the way.
  package let folds: Bool

  package init(
    folding folds: Bool = false,
    _ body: @escaping (Parameter, inout Tensor) -> Void
  ) {
    (self.folds, self.body) = (folds, body)
  }

  package mutating func visit(
    _ name: String, _ value: inout Tensor, initially initialization: Initialization = .zeros,
    role: Parameter.Role = .learned
  ) {
    let full = (path + [name]).joined(separator: ".")
    body(Parameter(name: full, role: role, initialization: initialization), &value)
  }

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
    if folds { layer.fold() }
    visit(convolution, &layer.convolution)
    visit(norm, &layer.norm)
  }
}
