/// The header of a safetensors file: names, element types, shapes and data ranges of its tensors.
///
///     8 bytes, little-endian: N
///     N bytes of JSON: {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, …}
///     the data of all tensors, end to end
///
/// The rules are those of the reference implementation (Hugging Face), within the limits below.
struct SafetensorsHeader {
  static let maximumSize = 8 << 20
  static let maximumTensorCount = 10_000

  /// The tensors in the order of their data.
  let entries: [StoredTensor]
  /// The index in `entries` of each name.
  let indices: [String: Int]
  let metadata: [String: String]

  /// Reads and checks the header at the start of `bytes`, the whole file.
  init(reading bytes: UnsafeRawBufferPointer, path: String) throws(SafetensorsError) {
    let size = try Self.size(in: bytes, path: path)
    let records: [Record]
    do throws(JSONError) {
      let json = UnsafeRawBufferPointer(rebasing: bytes[8..<8 + size])
      (records, metadata) = try JSONReader.read(json, Self.readRecords)
    } catch {
      throw SafetensorsError(path, .headerNotJSON(error))
    }
    do throws(SafetensorsError.Problem) {
      (entries, indices) = try Self.entries(
        of: records, dataStart: 8 + size, dataSize: bytes.count - 8 - size)
    } catch {
      throw SafetensorsError(path, error)
    }
  }

  /// Returns the size of the JSON text in bytes, after checking that the file holds it.
  private static func size(
    in bytes: UnsafeRawBufferPointer, path: String
  ) throws(SafetensorsError) -> Int {
    var announced: UInt64 = 0
    for (index, byte) in bytes.prefix(8).enumerated() { announced |= UInt64(byte) << (8 * index) }
    guard bytes.count >= 8, announced <= UInt64(min(maximumSize, bytes.count - 8)) else {
      if isLargeFilePointer(bytes) { throw SafetensorsError(path, .largeFilePointer) }
      throw SafetensorsError(
        path,
        isTorchFile(bytes)
          ? .pickle : .headerSize(announced: announced, fileSize: bytes.count))
    }
    return Int(announced)
  }
}

// MARK: - From JSON to records

/// One tensor as read from the header, before any check.
private struct Record {
  var name: String
  var element: String?
  var shape: [Int]?
  var offsets: [Int]?
  var hasRepeatedField = false
}

extension SafetensorsHeader {
  private static func readRecords(
    _ reader: inout JSONReader
  ) throws(JSONError) -> ([Record], [String: String]) {
    var records: [Record] = []
    var metadata: [String: String] = [:]
    try reader.beginObject()
    // One record more than allowed is enough to detect that there are too many.
    while let name = try reader.nextKey() {
      if name == "__metadata__" {
        metadata = try readMetadata(&reader)
      } else if records.count > maximumTensorCount {
        try reader.skipValue()
      } else {
        records.append(try readRecord(name, &reader))
      }
    }
    return (records, metadata)
  }

  private static func readMetadata(
    _ reader: inout JSONReader
  ) throws(JSONError) -> [String: String] {
    var metadata: [String: String] = [:]
    try reader.beginObject()
    while let key = try reader.nextKey() { metadata[key] = try reader.readString() }
    return metadata
  }

  private static func readRecord(
    _ name: String, _ reader: inout JSONReader
  ) throws(JSONError) -> Record {
    var record = Record(name: name)
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch key {
      case "dtype":
        record.hasRepeatedField = record.hasRepeatedField || record.element != nil
        record.element = try reader.readString()
      case "shape":
        record.hasRepeatedField = record.hasRepeatedField || record.shape != nil
        record.shape = try readIntegers(&reader)
      case "data_offsets":
        record.hasRepeatedField = record.hasRepeatedField || record.offsets != nil
        record.offsets = try readIntegers(&reader)
      default: try reader.skipValue()
      }
    }
    return record
  }

  private static func readIntegers(_ reader: inout JSONReader) throws(JSONError) -> [Int] {
    var integers: [Int] = []
    try reader.beginArray()
    while try reader.nextElement() { integers.append(try reader.readInteger()) }
    return integers
  }
}

// MARK: - From records to entries

extension SafetensorsHeader {
  private static func entries(
    of records: [Record], dataStart: Int, dataSize: Int
  ) throws(SafetensorsError.Problem) -> ([StoredTensor], indices: [String: Int]) {
    guard records.count <= maximumTensorCount else {
      throw .tooManyTensors(limit: maximumTensorCount)
    }
    var entries: [StoredTensor] = []
    entries.reserveCapacity(records.count)
    for record in records { entries.append(try entry(of: record, dataSize: dataSize)) }
    entries.sort {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }

    var indices = [String: Int](minimumCapacity: entries.count)
    for (index, entry) in entries.enumerated() {
      guard indices.updateValue(index, forKey: entry.name) == nil else {
        throw .repeatedName(entry.name)
      }
    }
    // The data must be contiguous: no byte in two tensors, none in no tensor.
    var end = 0
    for entry in entries {
      guard entry.range.lowerBound == end else {
        throw .misplaced(tensor: entry.name, expected: end, found: entry.range.lowerBound)
      }
      end = entry.range.upperBound
    }
    guard end == dataSize else { throw .unclaimed(byteCount: dataSize - end) }
    let moved = entries.map { entry in
      StoredTensor(
        name: entry.name, type: entry.type, shape: entry.shape,
        range: entry.range.lowerBound + dataStart..<entry.range.upperBound + dataStart)
    }
    return (moved, indices)
  }

  /// Returns the entry of one tensor, with its range counted from the start of the data.
  private static func entry(
    of record: Record, dataSize: Int
  ) throws(SafetensorsError.Problem) -> StoredTensor {
    let name = record.name
    guard !record.hasRepeatedField else { throw .repeatedName(name) }
    guard let element = record.element else { throw .missingField("dtype", tensor: name) }
    guard let shape = record.shape, shape.allSatisfy({ $0 >= 0 }) else {
      throw .missingField("shape", tensor: name)
    }
    guard let offsets = record.offsets, offsets.count == 2, 0 <= offsets[0],
      offsets[0] <= offsets[1]
    else { throw .missingField("data_offsets", tensor: name) }
    guard let type = StoredElement(rawValue: element) else {
      throw .unknownElement(element, tensor: name)
    }
    guard let bitCount = checkedProduct(type.bitCount, shape) else {
      throw .shapeOverflow(shape, tensor: name)
    }
    guard bitCount.isMultiple(of: 8) else { throw .partOfByte(shape, tensor: name) }
    let byteCount = bitCount / 8
    guard offsets[1] <= dataSize else {
      throw .outside(tensor: name, end: offsets[1], dataSize: dataSize)
    }
    guard offsets[1] - offsets[0] == byteCount else {
      throw .wrongSize(tensor: name, expected: byteCount, found: offsets[1] - offsets[0])
    }
    return .init(name: name, type: type, shape: shape, range: offsets[0]..<offsets[1])
  }
}

/// Returns the product of `size` and `shape`; `nil` if it overflows.
private func checkedProduct(_ size: Int, _ shape: [Int]) -> Int? {
  var product = size
  for extent in shape {
    let (next, overflows) = product.multipliedReportingOverflow(by: extent)
    if overflows { return nil }
    product = next
  }
  return product
}
