/// Reads a pickle, Python's form of storing objects, without running any of it.
///
/// A pickle is a program for a stack machine, which can call any function of Python. Here the machine builds
/// numbers, texts and containers by itself, and leaves storages and calls to `TorchObjects`, which knows a few
/// by name and refuses all others. The protocols are 0 to 5, as `torch.save` and Python write them.
struct PickleReader {
  /// The maximum size of a pickle in bytes: names and shapes of a hundred thousand tensors fit.
  static let maximumSize = 16 << 20

  /// The maximum number of values that are kept at a time.
  private static let maximumValueCount = 2_000_000

  private let bytes: UnsafeRawBufferPointer
  private(set) var position: Int
  private let objects: TorchObjects
  private var stack: [PickleValue] = []
  private var memo: [Int: PickleValue] = [:]
  var heap = PickleHeap()

  /// - Parameters:
  ///   - bytes: The bytes that hold the pickle.
  ///   - position: The place of its first byte.
  ///   - objects: Makes storages and tensors.
  init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0, _ objects: TorchObjects) {
    (self.bytes, self.position, self.objects) = (bytes, position, objects)
  }

  /// Runs the pickle to its end and returns its value.
  mutating func read() throws(TorchError.Problem) -> PickleValue {
    let start = position
    while true {
      guard position - start < Self.maximumSize else {
        throw .pickle("has more than \(Self.maximumSize) bytes", at: position)
      }
      let code = try byte()
      if code == PickleInstruction.stop.rawValue { return try pop() }
      try run(code)
    }
  }

  private mutating func run(_ code: UInt8) throws(TorchError.Problem) {
    guard stack.count + memo.count < Self.maximumValueCount else {
      throw .pickle("keeps more than \(Self.maximumValueCount) values", at: position)
    }
    guard let instruction = PickleInstruction(rawValue: code) else {
      throw .pickle("has the instruction \(code), which no weights need", at: position - 1)
    }
    switch instruction {
    case .protocolNumber: _ = try byte()
    case .frame: try skip(8)  // its length
    case .mark: stack.append(.mark)
    case .pop: _ = try pop()
    case .popMark: _ = try popToMark()
    case .duplicate: stack.append(try top())
    case .none: stack.append(.none)
    case .newTrue: stack.append(.bool(true))
    case .newFalse: stack.append(.bool(false))
    case .signed4: stack.append(.int(Int(Int32(truncatingIfNeeded: try integer(4)))))
    case .unsigned1: stack.append(.int(try integer(1)))
    case .unsigned2: stack.append(.int(try integer(2)))
    case .long1: stack.append(try longInteger(size: integer(1)))
    case .long4: stack.append(try longInteger(size: integer(4)))
    case .integerLine, .longLine: stack.append(Self.number(try line()))
    case .float8:
      try skip(8)
      stack.append(.number)
    case .floatLine:
      _ = try line()
      stack.append(.number)
    case .text1, .string1: stack.append(.text(try text(size: integer(1))))
    case .text4, .string4: stack.append(.text(try text(size: integer(4))))
    case .text8: stack.append(.text(try text(size: integer(8))))
    case .textLine: stack.append(.text(try line()))
    case .quotedLine: stack.append(.text(String(try line().dropFirst().dropLast())))
    case .bytes1: try pushBytes(size: integer(1))
    case .bytes4: try pushBytes(size: integer(4))
    case .bytes8, .byteArray8: try pushBytes(size: integer(8))
    case .emptyTuple: stack.append(heap.makeTuple([]))
    case .tuple: stack.append(heap.makeTuple(try popToMark()))
    case .tuple1: stack.append(heap.makeTuple(try pop(1)))
    case .tuple2: stack.append(heap.makeTuple(try pop(2)))
    case .tuple3: stack.append(heap.makeTuple(try pop(3)))
    case .emptyList, .emptySet: stack.append(heap.makeList())
    case .list, .frozenSet: stack.append(heap.makeList(try popToMark()))
    case .append: try append(try pop(1)[...])
    case .appendAll, .addAll: try append(try popToMark()[...])
    case .emptyDictionary: stack.append(heap.makeDictionary())
    case .dictionary:
      let items = try popToMark()
      stack.append(heap.makeDictionary())
      try setItems(items)
    case .setItem: try setItems(try pop(2))
    case .setItems: try setItems(try popToMark())
    case .put1: memo[try integer(1)] = try top()
    case .put4: memo[try integer(4)] = try top()
    case .putLine: memo[try memoNumber()] = try top()
    case .memoize: memo[memo.count] = try top()
    case .get1: stack.append(try remembered(integer(1)))
    case .get4: stack.append(try remembered(integer(4)))
    case .getLine: stack.append(try remembered(memoNumber()))
    case .global: stack.append(.global(module: try line(), name: try line()))
    case .stackGlobal:
      let name = try pop(2)
      guard let module = name[0].text, let function = name[1].text else {
        throw .pickle("names a class by something that is no text", at: position)
      }
      stack.append(.global(module: module, name: function))
    case .persistent:
      let storage = try objects.storage(try pop(), heap)
      heap.record(storage)
      stack.append(.storage(storage))
    case .reduce, .newObject:
      let call = try pop(2)
      stack.append(try objects.call(call[0], call[1], &heap))
    case .build:
      _ = try pop()
      try objects.checkState(of: try top())
    case .stop: break  // `read` ends before
    }
  }

  // MARK: Bytes

  private mutating func byte() throws(TorchError.Problem) -> UInt8 {
    guard position < bytes.count else { throw .truncated }
    defer { position += 1 }
    return bytes[position]
  }

  private mutating func take(_ size: Int) throws(TorchError.Problem) -> UnsafeRawBufferPointer {
    guard size >= 0, size <= bytes.count - position else { throw .truncated }
    defer { position += size }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<position + size])
  }

  private mutating func skip(_ size: Int) throws(TorchError.Problem) { _ = try take(size) }

  /// Reads an unsigned little-endian number; one of 8 bytes may become negative, which no size is.
  private mutating func integer(_ size: Int) throws(TorchError.Problem) -> Int {
    try take(size).reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  /// Reads a signed little-endian number of any size.
  private mutating func longInteger(size: Int) throws(TorchError.Problem) -> PickleValue {
    let bytes = try take(size)
    guard let last = bytes.last else { return .int(0) }
    guard size <= 8 else { return .number }
    let highest = Int(Int8(bitPattern: last))
    return .int(bytes.dropLast().reversed().reduce(highest) { $0 << 8 | Int($1) })
  }

  private mutating func text(size: Int) throws(TorchError.Problem) -> String {
    String(decoding: try take(size), as: UTF8.self)
  }

  private mutating func pushBytes(size: Int) throws(TorchError.Problem) {
    try skip(size)
    stack.append(.bytes)
  }

  /// Reads the rest of a line, without its end.
  private mutating func line() throws(TorchError.Problem) -> String {
    guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) else { throw .truncated }
    defer { position = end + 1 }
    return String(decoding: bytes[position..<end], as: UTF8.self)
  }

  /// The value of a number in text: protocol 0 writes truth values as 00 and 01, and long ones with an L.
  private static func number(_ text: String) -> PickleValue {
    switch text {
    case "00": .bool(false)
    case "01": .bool(true)
    default: Int(text.hasSuffix("L") ? String(text.dropLast()) : text).map { .int($0) } ?? .number
    }
  }

  // MARK: Stack and memo

  private func top() throws(TorchError.Problem) -> PickleValue {
    guard let last = stack.last else { throw .pickle("takes more than there is", at: position) }
    return last
  }

  private mutating func pop() throws(TorchError.Problem) -> PickleValue {
    guard let last = stack.popLast() else {
      throw .pickle("takes more than there is", at: position)
    }
    return last
  }

  private mutating func pop(_ count: Int) throws(TorchError.Problem) -> [PickleValue] {
    guard stack.count >= count else { throw .pickle("takes more than there is", at: position) }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws(TorchError.Problem) -> [PickleValue] {
    guard let mark = stack.lastIndex(where: { if case .mark = $0 { true } else { false } }) else {
      throw .pickle("takes more than there is", at: position)
    }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[(mark + 1)...])
  }

  private mutating func memoNumber() throws(TorchError.Problem) -> Int {
    guard let number = Int(try line()) else {
      throw .pickle("names a value by something that is no number", at: position)
    }
    return number
  }

  private func remembered(_ number: Int) throws(TorchError.Problem) -> PickleValue {
    guard let value = memo[number] else {
      throw .pickle("uses value \(number) before it is there", at: position)
    }
    return value
  }

  private mutating func append(_ items: ArraySlice<PickleValue>) throws(TorchError.Problem) {
    guard case .list(let number) = try top() else {
      throw .pickle("appends to what is no list", at: position)
    }
    heap.append(items, to: number)
  }

  private mutating func setItems(_ items: [PickleValue]) throws(TorchError.Problem) {
    guard case .dictionary(let number) = try top(), items.count.isMultiple(of: 2) else {
      throw .pickle("sets items of what is no dictionary", at: position)
    }
    for index in stride(from: 0, to: items.count, by: 2) {
      heap.append((items[index], items[index + 1]), to: number)
    }
  }
}
