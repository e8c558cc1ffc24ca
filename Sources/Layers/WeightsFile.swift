import Files
import Tensors

/// A file that holds the parameters of a module.
package struct WeightsFile: Sendable {
  private let file: any TensorFile
  package var path: String { file.file.path }

  /// Opens a safetensors file and checks its header; numbers are read when they are asked for.
  package init(_ path: String) throws(SafetensorsError) { file = try SafetensorsFile(path) }

  /// Opens a file that others published: safetensors, or one of `torch.save`.
  ///
  /// - Throws: `SafetensorsError`, `TorchError` or `ForeignWeightsError`.
  package init(published path: String) throws {
    let start: (isTorch: Bool, foreign: ForeignWeightsError?)
    do throws(FileError) {
      start = try MappedFile(path).withBytes { bytes in
        (isTorchFile(bytes), ForeignWeightsError(path, beginning: bytes))
      }
    } catch {
      throw SafetensorsError(path, .unreadable(error))
    }
    if let foreign = start.foreign { throw foreign }
    if start.isTorch {
      file = try TorchFile(path)
    } else {
      file = try SafetensorsFile(path)
    }
  }

  /// The names of all tensors in the file.
  package var names: [String] { file.entries.map(\.name) }

  /// The metadata of the file, such as the license.
  package var metadata: [String: String] { file.metadata }

  /// The shape of a tensor of the file, without reading it.
  package func shape(of name: String) -> Shape? { file[name]?.shape }

  /// The number of elements of all tensors in the file.
  package var elementCount: Int { file.entries.reduce(0) { $0 + $1.elementCount } }

  /// Sets every parameter of `module` from the tensor of its name.
  ///
  /// - Parameters:
  ///   - module: Keeps its old parameters if the file does not fit.
  ///   - prefix: Stands before the parameters' names in the file.
  ///   - names: The names of the parameters in the file, in their order, if they are not the module's; tensors
  ///     may then also have another shape of as many elements, as a map that is a convolution elsewhere.
  ///   - isIgnored: Tensors that the module need not have; any other extra one is an error.
  ///   - keepsBfloat16Matrices: True to use matrices that are stored in bfloat16 where they lie, which is for
  ///     models that will not learn: products widen them as they read.
  ///   - allowsNonFinite: True to accept infinities and NaN.
  /// - Throws: `WeightsError` with the first problem found.
  package func load(
    into module: inout some Module, prefix: String = "", named names: [String]? = nil,
    ignoring isIgnored: (String) -> Bool,
    keepingBfloat16Matrices keepsBfloat16Matrices: Bool = false, allowsNonFinite: Bool = false
  ) throws(WeightsError) {
    var copy = module
    var used: Set<String> = []
    var problems: [WeightsError.Problem] = []
    var place = 0
    copy.updateParameters { parameter, value in
      let name = prefix + (names?[place] ?? parameter.name)
      place += 1
      used.insert(name)
      do throws(WeightsError.Problem) {
        value = try tensor(
          named: name, shape: value.shape, reshaping: names != nil,
          keepingBfloat16: keepsBfloat16Matrices && value.rank == 2,
          allowsNonFinite: allowsNonFinite)
      } catch {
        problems.append(error)
      }
    }
    let extra = self.names.filter { !used.contains($0) && !isIgnored($0) }
    if let first = problems.first {
      throw WeightsError(path: path, problem: first, others: problems.count - 1)
    }
    if let first = extra.first {
      throw WeightsError(path: path, problem: .unexpected(first), others: extra.count - 1)
    }
    module = copy
  }

  /// Counts the parameters that are in the file under their names, and finds their prefix.
  ///
  /// - Parameters:
  ///   - parameters: Names and shapes.
  ///   - prefix: The prefix; nil finds that behind which the most are.
  /// - Returns: The prefix, and the number of parameters behind it.
  /// - Throws: `WeightsError` where all are behind several prefixes, as with a copy that moves slowly.
  package func match(
    of parameters: [(name: String, shape: Shape)], prefix: String? = nil
  ) throws(WeightsError) -> (prefix: String, count: Int) {
    func count(_ prefix: String) -> Int {
      parameters.count { name, shape in file[prefix + name]?.shape.canBecome(shape) ?? false }
    }
    if let prefix { return (prefix, count(prefix)) }
    let plain = count("")
    guard plain < parameters.count, let first = parameters.first else { return ("", plain) }
    let found = names.filter { $0.hasSuffix(".\(first.name)") }
      .map { String($0.dropLast(first.name.utf8.count)) }
      .map { (prefix: $0, count: count($0)) }
    let whole = found.filter { $0.count == parameters.count }
    guard whole.count < 2 else {
      throw WeightsError(path: path, problem: .severalPrefixes(whole.map(\.prefix).sorted()))
    }
    return found.max { $0.count < $1.count }.flatMap { $0.count > plain ? $0 : nil } ?? ("", plain)
  }

  private func tensor(
    named name: String, shape: Shape, reshaping: Bool = false, keepingBfloat16: Bool,
    allowsNonFinite: Bool
  ) throws(WeightsError.Problem) -> Tensor {
    guard let entry = file[name] else { throw .missing(name) }
    guard reshaping ? entry.shape.canBecome(shape) : entry.shape == shape else {
      throw .wrongShape(name, expected: shape, found: entry.shape)
    }
    let type: StoredType
    switch entry.type {
    case .float64: type = .float64
    case .float32: type = .float32
    case .float16: type = .float16
    case .bfloat16: type = .bfloat16
    default: throw .wrongType(name, found: entry.type.rawValue)
    }
    let tensor = file.withOwnedBytes(of: entry) { bytes, owner in
      Tensor(
        bytes, storedAs: type, shape: shape, keepingBfloat16: keepingBfloat16, keeping: owner)
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

extension Shape {
  /// Returns true if a tensor of this shape can be read as one of another: as many elements, and rows.
  fileprivate func canBecome(_ other: Shape) -> Bool {
    self == other || first == other.first && reduce(1, *) == other.reduce(1, *)
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
    /// The variance of a norm is below 0.
    case negativeVariance(String)
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
    case .negativeVariance(let name): "'\(name)' holds variances below 0"
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
    case .nonFinite, .negativeVariance:
      "The training that wrote it diverged, or the file is damaged; get another."
    }
  }
}
