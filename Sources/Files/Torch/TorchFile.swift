/// A file of `torch.save`, read in place and without running any of it.
///
/// There are two forms. The one since PyTorch 1.6 is a zip archive: `data.pkl` is a pickle of the objects, and
/// `data/KEY` holds the bytes of each storage. The older one is a stream of five pickles, a magic number, a
/// version, a description of the machine, the objects and the keys of the storages, which follow in that
/// order. Tensors are views of storages: they start anywhere, in any order of axes, and may share elements.
///
/// Dictionaries and lists in each other become names with dots: `state_dict.conv1.weight`.
package struct TorchFile: TensorFile {
  /// The maximum number of tensors.
  package static let maximumTensorCount = 100_000

  package let file: MappedFile
  /// The tensors in the order of the dictionaries.
  package let entries: [StoredTensor]
  package let metadata: [String: String] = [:]
  private let indices: [String: Int]

  /// Opens the file and checks its objects; numbers are read when they are asked for.
  package init(_ path: String) throws(TorchError) {
    do throws(FileError) {
      file = try MappedFile(path)
    } catch {
      throw TorchError(path, .unreadable(error))
    }
    do throws(TorchError.Problem) {
      entries = try file.withBytes { bytes throws(TorchError.Problem) in try Self.entries(bytes) }
    } catch {
      throw TorchError(path, error)
    }
    // `TensorNames` let no name occur twice.
    indices = Dictionary(
      entries.enumerated().map { ($0.element.name, $0.offset) },
      uniquingKeysWith: { first, _ in first })
  }

  /// The tensor called `name`; nil if there is none.
  package subscript(name: String) -> StoredTensor? { indices[name].map { entries[$0] } }

  private static func entries(
    _ bytes: UnsafeRawBufferPointer
  ) throws(TorchError.Problem) -> [StoredTensor] {
    if bytes.isTar { throw .oldArchive }
    let content = bytes.isZip ? try Content(archive: bytes) : try Content(stream: bytes)
    let tensors = try NamedTensors(content.objects, content.heap).tensors
    return try tensors.map { name, tensor throws(TorchError.Problem) in
      try content.entry(of: tensor, named: name)
    }
  }
}

/// Returns true if a file begins like one of `torch.save`: a zip archive, a pickle of protocol 2 or above, or
/// a tar archive of PyTorch 0.1.
package func isTorchFile(_ bytes: UnsafeRawBufferPointer) -> Bool {
  // A safetensors file may begin like a pickle, with the size of its header, which is a JSON object.
  bytes.isZip || bytes.isTar
    || bytes.count > 2 && bytes[0] == 0x80 && (2...5).contains(bytes[1])
      && bytes.dropFirst(8).first != UInt8(ascii: "{")
}

extension UnsafeRawBufferPointer {
  fileprivate var isZip: Bool { starts(with: [0x50, 0x4B, 3, 4]) }

  fileprivate var isTar: Bool { part(at: 257, size: 5)?.elementsEqual("ustar".utf8) ?? false }
}

/// The objects of a file, and the places of its storages.
private struct Content {
  let objects: PickleValue
  let heap: PickleHeap
  /// The range of each storage's bytes, by its key.
  private let storages: [String: Range<Int>]

  /// Reads the form since PyTorch 1.6.
  init(archive bytes: UnsafeRawBufferPointer) throws(TorchError.Problem) {
    let records: [String: ZipRecords.Record]
    do throws(ZipProblem) {
      records = try ZipRecords(bytes).records
    } catch {
      throw TorchError.Problem(error)
    }
    // All records are in one folder, whose name is that of the file when it was written.
    let mains = records.keys.filter { name in
      name == "data.pkl" || name.hasSuffix("/data.pkl") && name.count { $0 == "/" } == 1
    }
    guard let main = mains.first, let objects = records[main]?.range else {
      throw .object("is a zip archive, but not one of torch.save")
    }
    guard mains.count == 1 else { throw .archive("has more than one record 'data.pkl'") }
    let folder = String(main.dropLast("data.pkl".count))
    guard records["\(folder)constants.pkl"] == nil else { throw .script }
    // Those of a program are, and it is refused above for what it is.
    if let name = records.filter(\.value.isCompressed).keys.min() {
      throw .archive("has the record '\(name.prefix(80))' compressed")
    }
    if let order = records["\(folder)byteorder"]?.range, bytes[order].elementsEqual("big".utf8) {
      throw .bigEndian
    }
    var reader = PickleReader(
      UnsafeRawBufferPointer(rebasing: bytes[objects]), TorchObjects())
    self.objects = try reader.read()
    heap = reader.heap
    let prefix = "\(folder)data/"
    storages = Dictionary(
      uniqueKeysWithValues: records.filter { $0.key.hasPrefix(prefix) }.map {
        (String($0.key.dropFirst(prefix.count)), $0.value.range)
      })
  }

  /// Reads the form before PyTorch 1.6.
  init(stream bytes: UnsafeRawBufferPointer) throws(TorchError.Problem) {
    var position = 0
    func read() throws(TorchError.Problem) -> (PickleValue, PickleHeap) {
      var reader = PickleReader(bytes, at: position, TorchObjects())
      let value = try reader.read()
      position = reader.position
      return (value, reader.heap)
    }
    // The magic number has ten bytes, behind the length of a frame in protocol 4 and above. A pickle without it
    // is of Python, but not of `torch.save`.
    let start = bytes.part(at: 2, size: 1)?.first == 0x95 ? 11 : 2
    guard bytes.part(at: start, size: 12)?.elementsEqual(Self.magicNumber) ?? false else {
      throw .object("is a pickle of Python, but not one of torch.save")
    }
    _ = try read()
    guard case .int(1001) = try read().0 else { throw .object("has a version that is not 1001") }
    let (machine, itsHeap) = try read()
    if case .dictionary(let number) = machine {
      for case (.text("little_endian"), .bool(false)) in itsHeap.dictionaries[number] {
        throw .bigEndian
      }
    }
    (objects, heap) = try read()
    let (keys, keysHeap) = try read()
    guard case .list(let number) = keys else { throw .object("has no list of storages") }
    let names = keysHeap.sequences[number].compactMap { $0.text ?? $0.integer.map(String.init) }
    storages = try Self.storages(names, at: position, in: bytes, heap)
  }

  private static let magicNumber: [UInt8] = [
    0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19,
  ]

  /// Returns the ranges of storages that follow each other, each behind the number of its elements.
  private static func storages(
    _ keys: [String], at start: Int, in bytes: UnsafeRawBufferPointer, _ heap: PickleHeap
  ) throws(TorchError.Problem) -> [String: Range<Int>] {
    let elements = heap.storageElements
    var ranges: [String: Range<Int>] = [:]
    var position = start
    for key in keys {
      guard let element = elements[key] else {
        throw .object("lists the storage '\(key.prefix(40))', which no tensor is a view of")
      }
      guard let count = bytes.number(at: position, size: 8) else { throw .truncated }
      let (size, overflows) = count.multipliedReportingOverflow(by: element?.size ?? 1)
      guard !overflows, bytes.part(at: position + 8, size: size) != nil else { throw .truncated }
      ranges[key] = position + 8..<position + 8 + size
      position += 8 + size
    }
    return ranges
  }

  /// The maximum size in bytes of a tensor that repeats elements of a smaller storage.
  private static let maximumCopySize = 1 << 30

  /// Returns a tensor of the file, after checking that its storage holds it.
  func entry(
    of tensor: TorchTensor, named name: String
  ) throws(TorchError.Problem) -> StoredTensor {
    let storage = tensor.storage
    guard let bytes = storages[storage.key] else {
      throw .missingRecord("data/\(storage.key.prefix(40))")
    }
    guard let announced = storage.byteCount, announced <= bytes.count else {
      throw .outside(tensor: name, needed: storage.byteCount ?? .max, found: bytes.count)
    }
    guard !tensor.isChanged else { throw .changed(tensor: name) }
    let size = tensor.element.size
    let first = storage.start.addingReportingOverflow(tensor.offset)
    guard !first.overflow, let count = tensor.reach,
      let end = count.adding(first.partialValue)?.times(size),
      let total = tensor.elementCount?.times(size),
      tensor.isRowMajor || total <= max(bytes.count, Self.maximumCopySize)
    else { throw .shapeOverflow(tensor: name) }
    guard count == 0 || end <= bytes.count else {
      throw .outside(tensor: name, needed: end, found: bytes.count)
    }
    let start = count == 0 ? bytes.lowerBound : bytes.lowerBound + first.partialValue * size
    return StoredTensor(
      name: name, type: tensor.element, shape: tensor.shape, range: start..<start + count * size,
      strides: tensor.isRowMajor ? nil : tensor.strides)
  }
}

extension TorchTensor {
  /// The number of elements; nil if it, or that without the empty axes, is more than any memory holds.
  fileprivate var elementCount: Int? {
    let count = shape.reduce(1 as Int?) { $0?.times(max(1, $1)) }
    return shape.contains(0) ? count.map { _ in 0 } : count
  }

  /// The number of elements of the storage from the first to the last; nil if it is more than any memory holds.
  fileprivate var reach: Int? {
    if shape.contains(0) { return 0 }
    return zip(shape, strides).reduce(1 as Int?) { sum, axis in
      axis.1.times(axis.0 - 1).flatMap { sum?.adding($0) }
    }
  }

  /// True if the elements follow each other in the order of the axes.
  ///
  /// The stride of an axis of one element says nothing.
  fileprivate var isRowMajor: Bool {
    if shape.contains(0) { return true }
    var expected = 1
    for (size, stride) in zip(shape, strides).reversed() where size != 1 {
      if stride != expected { return false }
      expected = stride * size
    }
    return true
  }
}

extension Int {
  fileprivate func times(_ other: Int) -> Int? {
    let (product, overflows) = multipliedReportingOverflow(by: other)
    return overflows ? nil : product
  }

  fileprivate func adding(_ other: Int) -> Int? {
    let (sum, overflows) = addingReportingOverflow(other)
    return overflows ? nil : sum
  }
}

/// The tensors in dictionaries and lists, under the names that lead to them.
private struct NamedTensors {
  private(set) var tensors: [(name: String, tensor: TorchTensor)] = []
  private let heap: PickleHeap
  private var names: Set<String> = []
  private var visitCount = 0

  /// Containers that refer to themselves, or to another many times, end here.
  private static let (maximumDepth, maximumVisits) = (16, 2_000_000)
  /// The maximum size of a name in bytes: one is put together for every value.
  private static let maximumNameSize = 1000

  init(_ objects: PickleValue, _ heap: PickleHeap) throws(TorchError.Problem) {
    self.heap = heap
    try visit(objects, named: "", depth: 0)
    if tensors.isEmpty { throw .noTensors }
  }

  private mutating func visit(
    _ value: PickleValue, named name: String, depth: Int
  ) throws(TorchError.Problem) {
    visitCount += 1
    guard depth <= Self.maximumDepth, visitCount <= Self.maximumVisits else {
      throw .object("has dictionaries in each other without end")
    }
    guard name.utf8.count <= Self.maximumNameSize else {
      throw .object("has names of more than \(Self.maximumNameSize) bytes")
    }
    let start = name.isEmpty ? "" : "\(name)."
    switch value {
    case .tensor(let tensor):
      guard tensors.count < TorchFile.maximumTensorCount else {
        throw .tooManyTensors(limit: TorchFile.maximumTensorCount)
      }
      guard names.insert(name).inserted else { throw .repeatedName(name) }
      tensors.append((name, tensor))
    case .dictionary(let number):
      for (key, value) in heap.dictionaries[number] {
        guard let key = key.text ?? key.integer.map(String.init) else { continue }
        try visit(value, named: start + key, depth: depth + 1)
      }
    case .list(let number), .tuple(let number):
      for (index, value) in heap.sequences[number].enumerated() {
        try visit(value, named: "\(start)\(index)", depth: depth + 1)
      }
    default: break
    }
  }
}
