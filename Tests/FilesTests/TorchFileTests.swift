import TestSupport
import Testing

@testable import Files

@Suite("Files of torch.save")
struct TorchFileTests {
  /// `scripts/fixtures/torch_files.py` wrote it with PyTorch.
  static func fixture(_ name: String) -> String {
    let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
    return "/\(folder)/Fixtures/torch/\(name)"
  }

  // MARK: Read

  @Test(
    "agree with PyTorch in every form",
    arguments: [
      "views-zip", "views-zip-4", "views-zip-5", "views-old", "views-old-4", "views-old-5",
      "types-zip", "types-old", "checkpoint-zip", "checkpoint-old", "module-zip", "module-old",
      "list-zip", "list-old", "single-zip", "single-old", "plain-zip",
    ])
  func good(name: String) throws {
    let document = try MappedFile(Self.fixture("expected.json")).withBytes(JSONValue.init(reading:))
    let content = String(name.prefix { $0 != "-" })
    guard case .object(let expected) = document[content] else {
      Issue.record("expected.json says nothing of \(content)")
      return
    }
    let file = try TorchFile(Self.fixture("\(name).pth"))
    #expect(file.entries.map(\.name) == expected.map(\.key))
    #expect(file.metadata.isEmpty)
    for member in expected {
      let entry = try #require(file[member.key])
      let shape = try #require(member.value["shape"]?.elements).compactMap(\.integer)
      #expect(entry.shape == shape, "\(member.key)")
      #expect(entry.type.rawValue == member.value["dtype"]?.string, "\(member.key)")
      #expect(entry.range.upperBound <= file.file.count)
      let values = try #require(member.value["values"]?.elements).compactMap(\.number)
      #expect(Self.values(of: entry, in: file) == values, "\(member.key)")
    }
    #expect(file["missing"] == nil)
  }

  @Test("share the data of tied tensors and copy only what is not in order")
  func places() throws {
    let file = try TorchFile(Self.fixture("views-zip.pth"))
    let matrix = try #require(file["matrix"])
    #expect(file["tied"]?.range == matrix.range)
    #expect(file["transposed"]?.range == matrix.range)
    #expect(file["rows"]?.range == matrix.range.lowerBound + 16..<matrix.range.upperBound)
    #expect(file["expanded"]?.range.count == 4)
    #expect(file["empty"]?.range.isEmpty == true)
    #expect(matrix.strides == nil)
    #expect(file["rows"]?.strides == nil)
    #expect(file["scalar"]?.strides == nil)
    #expect(file["transposed"]?.strides == [1, 4])
    #expect(file["expanded"]?.strides == [0, 0] || file["expanded"]?.strides == [0, 1])
    for (name, isInPlace) in [("matrix", true), ("rows", true), ("transposed", false)] {
      let entry = try #require(file[name])
      file.withOwnedBytes(of: entry) { bytes, owner in
        #expect((owner === file.file) == isInPlace)
        #expect(bytes.count == entry.elementCount * 4)
      }
    }
  }

  @Test("are told from other files by their first bytes")
  func recognition() {
    let tar = [UInt8](repeating: 65, count: 257) + Array("ustar".utf8)
    for (bytes, isTorch) in [
      (Array("PK\u{3}\u{4}".utf8), true), ([0x80, 2, 0x8A], true), ([0x80, 5, 0x95], true),
      (tar, true), ([0x80, 6, 0x95], false), ([0x80, 2], false),
      (Array("PK\u{5}\u{6}".utf8), false),
      (Array(tar.dropLast()), false), ([], false),
      // A safetensors file whose header has 640 bytes.
      ([0x80, 2, 0, 0, 0, 0, 0, 0, 0x7B, 0x22], false),
    ] as [([UInt8], Bool)] {
      #expect(bytes.withUnsafeBytes { isTorchFile($0) } == isTorch, "\(bytes.prefix(4))")
    }
  }

  // MARK: Refused

  static let saveWeights =
    "Save only the weights where PyTorch is installed: torch.save(model.state_dict(), FILE)."
  static let saveTrusted =
    "Where PyTorch is installed, and if you trust the file, save only its weights: "
    + "torch.save(torch.load(IN, weights_only=False)[\"state_dict\"], OUT), or .state_dict() of a whole model."

  @Test(
    "are refused with the reason, and what to do",
    arguments: [
      (
        "fraction", TorchError.Problem.refused("fractions.Fraction"),
        "contains 'fractions.Fraction', a class or function of Python; "
          + "Cutline runs no code from a file. \(saveTrusted)"
      ),
      (
        "arguments", .refused("argparse.Namespace"),
        "contains 'argparse.Namespace', a class or function of Python; "
          + "Cutline runs no code from a file. \(saveTrusted)"
      ),
      (
        "whole-module", .refused("torch.nn.modules.linear.Linear"),
        "contains 'torch.nn.modules.linear.Linear', a class or function of Python; "
          + "Cutline runs no code from a file. \(saveTrusted)"
      ),
      (
        "sparse", .refused("torch.serialization._get_layout"),
        "contains 'torch.serialization._get_layout', a class or function of Python; "
          + "Cutline runs no code from a file. \(saveTrusted)"
      ),
      (
        "quantized", .quantized,
        "contains quantized weights. Get the weights in float32, float16 or bfloat16."
      ),
      (
        "negated", .changed(tensor: "weight"),
        "tensor 'weight' is a view that is negated or conjugated. \(saveWeights)"
      ),
      (
        "conjugated", .changed(tensor: "weight"),
        "tensor 'weight' is a view that is negated or conjugated. \(saveWeights)"
      ),
      (
        "numbers-only", .noTensors,
        "contains no tensors. "
          + "Save the weights of one model: torch.save(model.state_dict(), FILE)."
      ),
      (
        "itself", .object("has dictionaries in each other without end"),
        "has dictionaries in each other without end. \(saveWeights)"
      ),
      (
        "big-endian", .bigEndian,
        "was written by a big-endian machine. "
          + "Load it in PyTorch, and save it again: torch.save(torch.load(IN), OUT)."
      ),
      (
        "program", .script,
        "is a program of torch.jit, not weights. Save its weights where PyTorch is installed: "
          + "torch.save(torch.jit.load(IN).state_dict(), OUT)."
      ),
    ])
  func refused(name: String, problem: TorchError.Problem, message: String) {
    let path = Self.fixture("\(name).pth")
    #expect(throws: TorchError(path, problem)) { try TorchFile(path) }
    #expect(TorchError(path, problem).description == "\(path): \(message)")
  }

  @Test("are refused as files are: missing, a folder, empty")
  func unreadable() throws {
    let folder = try TemporaryFolder()
    for (path, problem) in [
      ("\(folder.path)/none", .missing), (folder.path, .folder),
      (try folder.write("", to: "empty"), .empty),
    ] as [(String, FileError.Problem)] {
      let error = FileError(path, problem)
      #expect(throws: TorchError(path, .unreadable(error))) { try TorchFile(path) }
      #expect(TorchError(path, .unreadable(error)).description == error.description)
    }
  }

  // MARK: Damaged

  @Test("are read or refused, never a crash, after any damage")
  func damage() throws {
    let folder = try TemporaryFolder()
    var random = SplitMix64(state: 1)
    for name in ["views-zip", "views-old", "checkpoint-old"] {
      let whole = try MappedFile(Self.fixture("\(name).pth")).withBytes { Array($0) }
      var readCount = 0
      for _ in 0..<700 {
        let path = try folder.write(Self.damaged(whole, &random), to: "damaged.pth")
        do throws(TorchError) {
          let file = try TorchFile(path)
          readCount += 1
          for entry in file.entries { expectData(of: entry, in: file) }
        } catch {
          #expect(error.description.hasPrefix("\(path): "))
        }
      }
      // Some changes are harmless, as in a name or in the data; most are not.
      #expect((20..<600).contains(readCount), "\(readCount) of 700 were read")
    }
  }

  /// Returns `bytes` after one to three changes.
  private static func damaged(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    let interesting: [UInt8] =
      Array("()}]tuQRbq.Xh0123".utf8) + [0, 1, 0x7F, 0x80, 0x8A, 0x95, 0xFF]
    var bytes = bytes
    for _ in 0...Int.random(in: 0..<3, using: &random) {
      let index = Int.random(in: 0..<bytes.count, using: &random)
      let other = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<13, using: &random) {
      case 0...3: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 4...7: bytes[index] = interesting.randomElement(using: &random) ?? 0
      case 8: bytes.removeSubrange(max(1, index)...)
      case 9: bytes.removeSubrange(index..<min(bytes.count, index + other % 9))
      case 10: bytes.insert(interesting.randomElement(using: &random) ?? 0, at: index)
      case 11: bytes.insert(contentsOf: bytes[index...].prefix(40), at: other)
      default:
        let span = bytes[index...].prefix(min(40, bytes.count - other))
        bytes.replaceSubrange(other..<other + span.count, with: span)
      }
      if bytes.isEmpty { return [0] }
    }
    return bytes
  }

  /// Expects that the data of a tensor is within the file, and reads all of it.
  private func expectData(of entry: StoredTensor, in file: TorchFile) {
    #expect(entry.range.lowerBound >= 0 && entry.range.upperBound <= file.file.count)
    #expect(entry.shape.allSatisfy { $0 >= 0 })
    let size = entry.elementCount * entry.type.size
    // A view that repeats elements can be larger than the file.
    guard size <= 1 << 24 else { return }
    file.withBytes(of: entry) { bytes in
      #expect(bytes.count == size)
      #expect(bytes.reduce(0) { $0 &+ Int($1) } >= 0)
    }
  }

  // MARK: Values

  private static func values(of entry: StoredTensor, in file: TorchFile) -> [Double] {
    file.withBytes(of: entry) { bytes in
      func values<Value>(_: Value.Type, _ number: (Value) -> Double) -> [Double] {
        stride(from: 0, to: bytes.count, by: MemoryLayout<Value>.size).map {
          number(bytes.loadUnaligned(fromByteOffset: $0, as: Value.self))
        }
      }
      return switch entry.type {
      case .float64: values(Double.self) { $0 }
      case .float32: values(Float.self, Double.init)
      case .float16: values(Float16.self, Double.init)
      case .bfloat16: values(UInt16.self) { Double(Float(bitPattern: UInt32($0) << 16)) }
      case .int64: values(Int64.self, Double.init)
      case .int32: values(Int32.self, Double.init)
      case .int16: values(Int16.self, Double.init)
      case .int8: values(Int8.self, Double.init)
      case .uint64: values(UInt64.self) { Double($0) }
      case .uint32: values(UInt32.self, Double.init)
      case .uint16: values(UInt16.self, Double.init)
      default: values(UInt8.self, Double.init)
      }
    }
  }
}

/// A small generator with a fixed sequence (Steele et al., 2014).
private struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
