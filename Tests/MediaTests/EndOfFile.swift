import Glibc
import TestSupport
import Testing

@testable import Media

/// Returns the truncation of a file of `bytes`, after checking that it is the same in memory and within a
/// larger file.
func earlyEnd(_ bytes: [UInt8]) throws -> EarlyEnd? {
  let inMemory = try MediaBytes(.bytes(bytes, name: "it")).earlyEnd()
  let folder = try TemporaryFolder()
  let path = try folder.write([1, 2, 3] + bytes + [UInt8](repeating: 0x47, count: 999), to: "all")
  let descriptor = open(path, O_RDONLY)
  defer { close(descriptor) }
  let inFile = MediaBytes(of: descriptor, 3..<3 + bytes.count).earlyEnd()
  #expect(inFile == inMemory)
  return inMemory
}

func bigEndian(_ number: Int, _ width: Int) -> [UInt8] {
  (0..<width).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
}

func littleEndian(_ number: Int, _ width: Int) -> [UInt8] { bigEndian(number, width).reversed() }

func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
