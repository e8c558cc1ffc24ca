import Files
import Tensors

/// A safetensors file that holds the parameters of a module.
package struct WeightsFile: Sendable {
  private let file: SafetensorsFile
  package var path: String { file.file.path }

  /// Opens the file and checks its header; numbers are read when they are asked for.
  package init(_ path: String) throws(SafetensorsError) { file = try SafetensorsFile(path) }

  /// The names of all tensors in the file.
  package var names: [String] { file.entries.map(\.name) }

  /// The metadata of the file, such as the license.
  package var metadata: [String: String] { file.metadata }

  /// The shape of a tensor of the file, without reading it.
  package func shape(of name: String) -> Shape? { file[name]?.shape }

  /// The number of elements of all tensors in the file.
  package var elementCount: Int { file.entries.reduce(0) { $0 + $1.shape.elementCount } }

  /// Sets every parameter of `module` from the tensor of its name.
  ///
  /// - Parameters:
  ///   - module: Keeps its old parameters if the file does not fit.
  ///   - prefix: Stands before the parameters' names in the file.
  ///   - isIgnored: Tensors that the module need not have; any other extra one is an error.
  ///   - keepsBfloat16Matrices: True to use matrices that are stored in bfloat16 where they lie, which is for
  ///     models that will not learn: products widen them as they read.
  ///   - allowsNonFinite: True to accept infinities and NaN.
  /// - Throws: `WeightsError` with the first problem found.
  package func load(
    into module: inout some Module, prefix: String = "", ignoring isIgnored: (String) -> Bool,
    keepingBfloat16Matrices keepsBfloat16Matrices: Bool = false, allowsNonFinite: Bool = false
  ) throws(WeightsError) {
    var copy = module
    var used: Set<String> = []
    var problems: [WeightsError.Problem] = []
    copy.updateParameters { parameter, value in
      let name = prefix + parameter.name
      used.insert(name)
      do throws(WeightsError.Problem) {
        value = try tensor(
          named: name, shape: value.shape,
          keepingBfloat16: keepsBfloat16Matrices && value.rank == 2,
          allowsNonFinite: allowsNonFinite)
      } catch {
        problems.append(error)
      }
    }
    let extra = names.filter { !used.contains($0) && !isIgnored($0) }
    if let first = problems.first {
      throw WeightsError(path: path, problem: first, others: problems.count - 1)
    }
    if let first = extra.first {
      throw WeightsError(path: path, problem: .unexpected(first), others: extra.count - 1)
    }
    module = copy
  }

  /// Finds the prefix of a module's parameter names in the file: none, or that of wrappers such as
  /// `DataParallel` (`module.`) and of larger models (`backbone.`).
  ///
  /// - Returns: The prefix behind which all parameters are; where none has them all, that which has the most.
  /// - Throws: `WeightsError` where several prefixes have them all, as with a copy that moves slowly.
  package func prefix(of module: some Module) throws(WeightsError) -> String {
    let parameters = module.parameters.map { (name: $0.parameter.name, shape: $0.value.shape) }
    let plain = parameters.count { file[$0.name] != nil }
    guard plain < parameters.count, let first = parameters.first else { return "" }
    let candidates = names.filter { $0.hasSuffix(".\(first.name)") }
      .map { String($0.dropLast(first.name.utf8.count)) }
    let counts = candidates.map { prefix in
      parameters.count { file[prefix + $0.name]?.shape == $0.shape }
    }
    let whole = zip(candidates, counts).filter { $1 == parameters.count }.map(\.0)
    guard whole.count < 2 else {
      throw WeightsError(path: path, problem: .severalPrefixes(whole.sorted()))
    }
    if let found = whole.first { return found }
    let most = zip(candidates, counts).max { $0.1 < $1.1 }
    return most.flatMap { $1 > plain ? $0 : nil } ?? ""
  }

  private func tensor(
    named name: String, shape: Shape, keepingBfloat16: Bool, allowsNonFinite: Bool
  ) throws(WeightsError.Problem) -> Tensor {
    guard let entry = file[name] else { throw .missing(name) }
    guard entry.shape == shape else {
      throw .wrongShape(name, expected: shape, found: entry.shape)
    }
    let type: StoredType
    switch entry.type {
    case .float32: type = .float32
    case .float16: type = .float16
    case .bfloat16: type = .bfloat16
    default: throw .wrongType(name, found: entry.type.rawValue)
    }
    let tensor = file.withBytes(of: entry) { bytes in
      Tensor(
        bytes, storedAs: type, shape: shape, keepingBfloat16: keepingBfloat16, keeping: file.file)
    }
    guard allowsNonFinite || tensor.isFinite else { throw .nonFinite(name) }
    return tensor
  }

  /// All tensors by name, in the order of the file.
  package func tensors() throws(WeightsError) -> [(name: String, value: Tensor)] {
    var all: [(name: String, value: Tensor)] = []
    for name in names {
      do throws(WeightsError.Problem) {
        all.append(
          (
            name,
            try tensor(
              named: name, shape: shape(of: name) ?? [], keepingBfloat16: false,
              allowsNonFinite: true)
          ))
      } catch {
        throw WeightsError(path: path, problem: error)
      }
    }
    return all
  }

  /// Writes tensors under their names; the file appears whole or not at all.
  package static func write(
    _ tensors: [(name: String, value: Tensor)], to path: String,
    metadata: [String: String] = [:], overwriting: Bool = false
  ) throws(FileError) {
    let byName = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.value) })
    var writer = try SafetensorsWriter(
      path,
      tensors: tensors.map { name, value in
        SafetensorsWriter.Tensor(
          name: name, type: value.elementType == .float32 ? .float32 : .bfloat16,
          shape: value.shape)
      }, metadata: metadata, overwriting: overwriting)
    for tensor in writer.tensors {
      guard let value = byName[tensor.name] else { continue }
      try value.withBytes { bytes throws(FileError) in try writer.write(bytes) }
    }
    try writer.commit()
  }
}

/// A mismatch between a weights file and a model.
package struct WeightsError: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Problem: Error, Sendable, Equatable {
    case missing(String)
    case unexpected(String)
    case wrongShape(String, expected: Shape, found: Shape)
    case wrongType(String, found: String)
    case nonFinite(String)
    /// The module is there several times, behind these prefixes.
    case severalPrefixes([String])
  }
  /// The weights file.
  package let path: String
  /// The first problem found.
  package let problem: Problem
  /// The number of further tensors with a problem.
  package let others: Int

  package init(path: String, problem: Problem, others: Int = 0) {
    (self.path, self.problem, self.others) = (path, problem, others)
  }

  package var description: String {
    "\(path): \(fault)\(others > 0 ? " (and \(others) more)" : ""). \(remedy)"
  }

  private var fault: String {
    switch problem {
    case .missing(let name): "has no tensor named '\(name)'"
    case .unexpected(let name): "has a tensor '\(name)' that the model does not know"
    case .wrongShape(let name, let expected, let found):
      "'\(name)' has shape \(found), but the model needs \(expected)"
    case .wrongType(let name, let found): "'\(name)' holds \(found) numbers"
    case .nonFinite(let name): "'\(name)' holds an infinity or NaN"
    case .severalPrefixes(let prefixes):
      "has the model's tensors several times, behind \(prefixes.map { "'\($0)'" }.joined(separator: ", "))"
    }
  }

  private var remedy: String {
    switch problem {
    case .missing, .unexpected, .wrongShape:
      "Are the weights of another model? Compare its config.json, or the --encoder option."
    case .wrongType: "Convert it to F32, F16 or BF16."
    case .severalPrefixes: "Say which with --prefix."
    case .nonFinite: "The training that wrote it diverged, or the file is damaged; get another."
    }
  }
}
