import TestSupport

@testable import Files

/// Files of PyTorch written by hand, for what PyTorch itself never writes.
enum TorchBytes {
  // MARK: Pickles

  /// A pickle of protocol 2 with these instructions.
  static func pickle(_ instructions: [UInt8]...) -> [UInt8] {
    [0x80, 2] + instructions.joined() + code(".")
  }

  /// Instructions and their text as they are.
  static func code(_ text: String) -> [UInt8] { Array(text.utf8) }

  static func text(_ text: String) -> [UInt8] {
    code("X") + number(text.utf8.count, size: 4) + code(text)
  }

  static func integer(_ value: Int) -> [UInt8] { [0x8A, 8] + number(value, size: 8) }

  static func tuple(_ values: [Int]) -> [UInt8] {
    code("(") + values.flatMap(integer) + code("t")
  }

  /// A class or function.
  static func global(_ module: String, _ name: String) -> [UInt8] { code("c\(module)\n\(name)\n") }

  /// A dictionary of named values.
  static func dictionary(_ items: [(String, [UInt8])]) -> [UInt8] {
    code("}(") + items.flatMap { text($0) + $1 } + code("u")
  }

  /// The storage with `key`, of `count` elements.
  static func storage(_ count: Int, key: String = "0", type: String = "FloatStorage") -> [UInt8] {
    code("(") + text("storage") + global("torch", type) + text(key) + text("cpu") + integer(count)
      + code("tQ")
  }

  /// A tensor of float32, by default of the storage with the key 0 and two elements.
  static func tensor(
    _ shape: [Int] = [2], strides: [Int] = [1], offset: Int = 0, storage: [UInt8] = storage(2)
  ) -> [UInt8] {
    global("torch._utils", "_rebuild_tensor_v2") + code("(") + storage + integer(offset)
      + tuple(shape) + tuple(strides) + [0x89] + code("}tR")
  }

  // MARK: Files

  /// An archive with this pickle, and with the elements of the storage with the key 0.
  static func archive(_ pickle: [UInt8], _ elements: [Float] = [1.5, -2]) -> [UInt8] {
    archive([Record("a/data.pkl", pickle), Record("a/data/0", data(elements))])
  }

  /// A record of an archive, and what the directory says of it.
  struct Record {
    let name: String
    let bytes: [UInt8]
    var method = 0
    /// The size according to the directory.
    var size: Int
    /// The distance of the place that the directory says to the true one.
    var shift = 0

    init(_ name: String, _ bytes: [UInt8]) {
      (self.name, self.bytes, size) = (name, bytes, bytes.count)
    }

    func with(method: Int = 0, extraSize: Int = 0, shift: Int = 0) -> Record {
      var record = self
      record.method = method
      record.size += extraSize
      record.shift = shift
      return record
    }
  }

  /// An archive with these records; with wide numbers as if it had 4 GB.
  static func archive(_ records: [Record], isWide: Bool = false, count: Int? = nil) -> [UInt8] {
    var bytes: [UInt8] = []
    var directory: [UInt8] = []
    for record in records {
      let place = bytes.count + record.shift
      let (size, name) = (record.bytes.count, code(record.name))
      // Versions, flags, method, time and checksum, which are not read.
      bytes += code("PK\u{3}\u{4}") + [UInt8](repeating: 0, count: 14) + number(size, size: 4)
      bytes += number(size, size: 4) + number(name.count, size: 4) + name + record.bytes
      let wide = isWide ? number(1, size: 2) + number(24, size: 2) : []
      let numbers = isWide ? [record.size, record.size, place].flatMap { number($0, size: 8) } : []
      let sizes = number(isWide ? 0xFFFF_FFFF : record.size, size: 4)
      directory += code("PK\u{1}\u{2}") + [UInt8](repeating: 0, count: 6)
      directory += number(record.method, size: 2) + [UInt8](repeating: 0, count: 8) + sizes + sizes
      directory += number(name.count, size: 2) + number(wide.count + numbers.count, size: 2)
      directory += [UInt8](repeating: 0, count: 10)
      directory += number(isWide ? 0xFFFF_FFFF : place, size: 4) + name + wide + numbers
    }
    return bytes + directory
      + ending(count ?? records.count, of: directory, at: bytes.count, isWide: isWide)
  }

  private static func ending(
    _ count: Int, of directory: [UInt8], at place: Int, isWide: Bool
  ) -> [UInt8] {
    var ending: [UInt8] = []
    if isWide {
      let numbers = [count, count, directory.count, place].flatMap { number($0, size: 8) }
      ending += code("PK\u{6}\u{6}") + [UInt8](repeating: 0, count: 20) + numbers
      let start = number(place + directory.count, size: 8)
      ending += code("PK\u{6}\u{7}") + number(0, size: 4) + start + number(1, size: 4)
    }
    let narrow = number(isWide ? 0xFFFF : count, size: 2)
    return ending + code("PK\u{5}\u{6}") + number(0, size: 4) + narrow + narrow
      + number(directory.count, size: 4) + number(isWide ? 0xFFFF_FFFF : place, size: 4) + [0, 0]
  }

  /// A file of the form before PyTorch 1.6.
  static func stream(
    _ pickle: [UInt8], keys: [String] = ["0"], elements: [Float] = [1.5, -2], version: Int = 1001,
    isLittleEndian: Bool = true
  ) -> [UInt8] {
    let magic: [UInt8] = [0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
    let machine = dictionary([("little_endian", [isLittleEndian ? 0x88 : 0x89])])
    return self.pickle(magic) + self.pickle(integer(version)) + self.pickle(machine) + pickle
      + self.pickle(code("](") + keys.flatMap(text) + code("e"))
      + number(elements.count, size: 8) + data(elements)
  }

  static func data(_ elements: [Float]) -> [UInt8] {
    elements.flatMap { number(Int($0.bitPattern), size: 4) }
  }

  /// A little-endian number.
  static func number(_ value: Int, size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}

/// Opens a file of PyTorch with these bytes.
func torchFile(_ bytes: [UInt8]) throws -> TorchFile {
  // The file stays mapped when its folder is gone.
  let folder = try TemporaryFolder()
  return try TorchFile(folder.write(bytes, to: "model.pth"))
}

/// Returns the problem of a file of PyTorch with these bytes; nil if it is read.
func torchProblem(_ bytes: [UInt8]) throws -> TorchError.Problem? {
  let folder = try TemporaryFolder()
  let path = try folder.write(bytes, to: "model.pth")
  do throws(TorchError) {
    _ = try TorchFile(path)
    return nil
  } catch {
    return error.problem
  }
}

/// Returns the elements of a tensor of float32.
func floats(_ name: String, of file: TorchFile) throws -> [Float] {
  guard let entry = file[name] else { throw TorchError(name, .noTensors) }
  return file.withBytes(of: entry) { bytes in
    stride(from: 0, to: bytes.count, by: 4).map {
      bytes.loadUnaligned(fromByteOffset: $0, as: Float.self)
    }
  }
}
