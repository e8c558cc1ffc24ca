/// A storage of PyTorch: a run of elements that tensors are views of.
struct TorchStorage: Sendable, Equatable {
  let key: String
  /// The type of its elements; nil where the storage is untyped and counted in bytes.
  let element: StoredElement?
  /// The number of elements, or of bytes where it is untyped.
  let count: Int
  /// The first element of a view of a larger storage, which old files have.
  var start = 0

  /// The number of bytes; nil if it is more than any memory holds.
  var byteCount: Int? {
    let (product, overflows) = count.multipliedReportingOverflow(by: element?.size ?? 1)
    return overflows ? nil : product
  }
}

/// A view of a storage as PyTorch describes it, before any check.
struct TorchTensor: Sendable {
  let storage: TorchStorage
  /// The type of its elements.
  let element: StoredElement
  /// The index of its first element in the storage.
  let offset: Int
  let shape: [Int]
  /// The distance between neighbours along each axis, in elements.
  let strides: [Int]
  /// True if PyTorch negates or conjugates the elements when it reads them.
  let isChanged: Bool
}

/// The few classes and functions that files of weights need: storages, tensors, parameters and ordered
/// dictionaries.
///
/// Every other name is refused. Nothing of the file is ever run.
struct TorchObjects: Sendable {
  /// Returns the storage that a pickle refers to by `("storage", type, key, device, count[, view])`.
  func storage(
    _ reference: PickleValue, _ heap: PickleHeap
  ) throws(TorchError.Problem) -> TorchStorage {
    guard let parts = heap.tuple(reference), parts.count >= 5, parts[0].text == "storage",
      let key = parts[2].text ?? parts[2].integer.map(String.init), let count = parts[4].integer,
      count >= 0
    else { throw .object("a reference to a storage is not as PyTorch writes it") }
    guard case .global(let module, let name) = parts[1] else {
      throw .object("the type of storage '\(key.prefix(40))' is no class")
    }
    let element = try Self.element(ofStorage: name, in: module)
    var storage = TorchStorage(key: key, element: element, count: count)
    // A view: its own key, its first element, and its count. Its storage is that of `key`.
    if parts.count > 5, let view = heap.tuple(parts[5]), view.count == 3,
      let start = view[1].integer, start >= 0
    {
      storage.start = start
    }
    return storage
  }

  /// Returns the value of a call.
  func call(
    _ function: PickleValue, _ arguments: PickleValue, _ heap: inout PickleHeap
  ) throws(TorchError.Problem) -> PickleValue {
    guard case .global(let module, let name) = function, let parts = heap.tuple(arguments) else {
      throw .object("a call is not as Python writes it")
    }
    switch (module, name) {
    case ("collections", "OrderedDict"):
      return heap.makeDictionary(try Self.items(parts, heap))
    case ("torch", "Size"):
      guard let size = parts.first, heap.integers(size) != nil else { return arguments }
      return size
    case ("torch._utils", "_rebuild_tensor"): return .tensor(try view(parts, named: name, heap))
    case ("torch._utils", "_rebuild_tensor_v2"):
      return .tensor(
        try view(parts, named: name, isChanged: Self.changes(parts, at: 6, heap), heap))
    case ("torch._utils", "_rebuild_tensor_v3"):
      guard parts.count > 6, case .global("torch", let type) = parts[6],
        let element = Self.elements[type]
      else { throw .object("\(name) has an element type that Cutline does not know") }
      return .tensor(
        try view(
          parts, named: name, element: element, isChanged: Self.changes(parts, at: 7, heap), heap))
    case ("torch._utils", "_rebuild_parameter"), ("torch._utils", "_rebuild_parameter_with_state"):
      guard let first = parts.first, case .tensor = first else {
        throw .object("\(name) is not about a tensor")
      }
      return first
    case ("torch._utils", "_rebuild_qtensor"): throw .quantized
    default: throw .refused("\(module).\(name)")
    }
  }

  /// Throws unless setting the state of `value` changes no numbers: an ordered dictionary keeps the versions of
  /// its modules there.
  func checkState(of value: PickleValue) throws(TorchError.Problem) {
    guard case .dictionary = value else { throw .object("the state of an object is set") }
  }

  // MARK: Tensors

  private func view(
    _ parts: [PickleValue], named name: String, element: StoredElement? = nil,
    isChanged: Bool = false, _ heap: PickleHeap
  ) throws(TorchError.Problem) -> TorchTensor {
    guard parts.count >= 4, case .storage(let storage) = parts[0],
      let element = element ?? storage.element, let offset = parts[1].integer,
      let shape = heap.integers(parts[2]), let strides = heap.integers(parts[3]),
      shape.count == strides.count, shape.count <= 64, offset >= 0,
      (shape + strides).allSatisfy({ $0 >= 0 })
    else { throw .object("\(name) is not called as PyTorch does") }
    return TorchTensor(
      storage: storage, element: element, offset: offset, shape: shape, strides: strides,
      isChanged: isChanged)
  }

  /// Returns true if the dictionary at this place says that elements are negated or conjugated when read.
  private static func changes(_ parts: [PickleValue], at index: Int, _ heap: PickleHeap) -> Bool {
    guard index < parts.count, case .dictionary(let number) = parts[index] else { return false }
    return heap.dictionaries[number].contains { key, value in
      guard let name = key.text, case .bool(true) = value else { return false }
      return ["conj", "neg"].contains(name)
    }
  }

  private static let maximumItemCount = 2_000_000

  /// The items that an ordered dictionary is made with: none, or a list of pairs.
  private static func items(
    _ parts: [PickleValue], _ heap: PickleHeap
  ) throws(TorchError.Problem) -> [(key: PickleValue, value: PickleValue)] {
    guard let first = parts.first else { return [] }
    guard case .list(let number) = first else {
      throw .object("an ordered dictionary is not made as Python does")
    }
    // The list is copied, and could be copied once for each call.
    guard heap.dictionaryItemCount + heap.sequences[number].count <= maximumItemCount
    else {
      throw .object("has more than \(maximumItemCount) items in dictionaries")
    }
    var items: [(key: PickleValue, value: PickleValue)] = []
    for item in heap.sequences[number] {
      guard let pair = heap.items(item), pair.count == 2 else {
        throw .object("an ordered dictionary has an item that is no pair")
      }
      items.append((pair[0], pair[1]))
    }
    return items
  }

  // MARK: Types

  /// The element types by PyTorch's names.
  private static let elements: [String: StoredElement] = [
    "float64": .float64, "float32": .float32, "float16": .float16, "bfloat16": .bfloat16,
    "complex64": .complex64, "int64": .int64, "int32": .int32, "int16": .int16, "int8": .int8,
    "uint64": .uint64, "uint32": .uint32, "uint16": .uint16, "uint8": .uint8, "bool": .bool,
    "float8_e4m3fn": .float8E4M3, "float8_e5m2": .float8E5M2, "float8_e8m0fnu": .float8E8M0,
    "float8_e4m3fnuz": .float8E4M3FNUZ, "float8_e5m2fnuz": .float8E5M2FNUZ,
  ]
  private static let storages: [String: StoredElement] = [
    "DoubleStorage": .float64, "FloatStorage": .float32, "HalfStorage": .float16,
    "BFloat16Storage": .bfloat16, "ComplexFloatStorage": .complex64, "LongStorage": .int64,
    "IntStorage": .int32, "ShortStorage": .int16, "CharStorage": .int8, "ByteStorage": .uint8,
    "BoolStorage": .bool,
  ]

  /// Returns the element type of a storage class; nil for the untyped one.
  private static func element(
    ofStorage name: String, in module: String
  ) throws(TorchError.Problem) -> StoredElement? {
    if name == "UntypedStorage", ["torch", "torch.storage"].contains(module) { return nil }
    if name.hasPrefix("Q"), name.hasSuffix("Storage"), module == "torch" { throw .quantized }
    guard module == "torch" || module == "torch.cuda", let element = storages[name] else {
      throw .refused("\(module).\(name)")
    }
    return element
  }
}
