import Foundation
import Tensors

/// Numbers that a script in `scripts/fixtures` wrote: `Tests/Fixtures/NAME.safetensors`.
package struct Fixture: Sendable {
  package let name: String
  /// The notes of the script: its name, its settings and the version of PyTorch.
  package let metadata: [String: String]
  private let entries: [String: Entry]
  private let data: Data

  package init(_ name: String) throws {
    let path = Self.folder.appending(path: name + ".safetensors")
    let file = try Data(contentsOf: path)
    let headerSize = file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = try JSONDecoder().decode(
      [String: Entry].self, from: Data(file.dropFirst(8).prefix(headerSize)))
    self.name = name
    metadata = header["__metadata__"]?.metadata ?? [:]
    entries = header.filter { $0.key != "__metadata__" }
    data = Data(file.dropFirst(8 + headerSize))
  }

  /// The folder of the fixtures, found from this source file.
  package static var folder: URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures")
  }

  package var tensorNames: [String] { entries.keys.sorted() }

  package func contains(_ tensor: String) -> Bool { entries[tensor] != nil }

  package func shape(of tensor: String) throws -> Shape { try entry(tensor).shape }

  package subscript(tensor: String) -> Tensor {
    get throws { Tensor(try floats(tensor), shape: try shape(of: tensor)) }
  }

  /// Returns the elements of a tensor, which are float32 numbers or integers in the file.
  package func floats(_ tensor: String) throws -> [Float] {
    let entry = try entry(tensor)
    let bytes = data[entry.range.lowerBound..<entry.range.upperBound]
    return switch entry.type {
    case "F32": bytes.numbers(of: UInt32.self).map { Float(bitPattern: $0) }
    case "I32": bytes.numbers(of: Int32.self).map(Float.init)
    case "I64": bytes.numbers(of: Int64.self).map(Float.init)
    default:
      throw FixtureError("\(name): \(tensor) has the type \(entry.type), not F32, I32 or I64")
    }
  }

  /// Returns a tensor of sizes, axes or word ids.
  package func integers(_ tensor: String) throws -> [Int] { try floats(tensor).map { Int($0) } }

  private func entry(_ tensor: String) throws -> Entry {
    guard let entry = entries[tensor] else {
      throw FixtureError("\(name): no tensor \(tensor); rebuild with scripts/fixtures/build")
    }
    return entry
  }
}

package struct FixtureError: Error, CustomStringConvertible {
  package let description: String
  init(_ description: String) { self.description = description }
}

/// One entry of the header: a tensor, or the notes under `__metadata__`.
private struct Entry: Decodable {
  var type = ""
  var shape: Shape = []
  var range = 0..<0
  var metadata: [String: String] = [:]

  private enum Keys: String, CodingKey { case dtype, shape, offsets = "data_offsets" }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Keys.self)
    guard let type = try values.decodeIfPresent(String.self, forKey: .dtype) else {
      metadata = try decoder.singleValueContainer().decode([String: String].self)
      return
    }
    let offsets = try values.decode([Int].self, forKey: .offsets)
    self.type = type
    shape = try values.decode(Shape.self, forKey: .shape)
    range = offsets[0]..<offsets[1]
  }
}

extension Data {
  /// The bytes as little-endian numbers.
  fileprivate func numbers<Number: FixedWidthInteger>(of type: Number.Type) -> [Number] {
    let bytes = Array(self)
    let size = MemoryLayout<Number>.size
    return stride(from: 0, to: bytes.count, by: size).map { start in
      bytes[start..<start + size].reversed().reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
    }
  }
}
