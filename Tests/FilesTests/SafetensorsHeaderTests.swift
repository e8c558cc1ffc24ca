import TestSupport
import Testing

@testable import Files

@Suite("Safetensors header")
struct SafetensorsHeaderTests {
  @Test(
    "is refused with the reason, and what to do",
    arguments: [
      (
        #"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#, 8,
        "the header is not as it should be at line 1, column 54: expected ','. "
          + "Write the file again with the safetensors library."
      ),
      (
        #"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"#
          + #""x":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}"#, 16,
        "has two entries named 'x'. Write the file again with the safetensors library."
      ),
      (
        #"{"x":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 8,
        "has two entries named 'x'. Write the file again with the safetensors library."
      ),
      (
        #"{"x":{"shape":[2],"data_offsets":[0,8]}}"#, 8,
        "tensor 'x' has no usable dtype. Write the file again with the safetensors library."
      ),
      (
        #"{"x":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, 8,
        "tensor 'x' has no usable shape. Write the file again with the safetensors library."
      ),
      (
        #"{"x":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, 8,
        "tensor 'x' has no usable data_offsets. "
          + "Write the file again with the safetensors library."
      ),
      (
        #"{"x":{"dtype":"F8_E9","shape":[8],"data_offsets":[0,8]}}"#, 8,
        "tensor 'x' has elements of type 'F8_E9', which Cutline does not know. "
          + "Convert the tensor to F32, F16 or BF16."
      ),
      (
        #"{"x":{"dtype":"F32","shape":[4611686018427387904,2],"data_offsets":[0,8]}}"#, 8,
        "tensor 'x' has shape [4611686018427387904, 2], which is more than any memory holds. "
          + "Write the file again with the safetensors library."
      ),
      (
        #"{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, 8,
        "tensor 'x' needs 12 bytes for its shape, but has 8. "
          + "Write the file again with the safetensors library."
      ),
      (
        #"{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}"#, 8,
        "tensor 'x' ends at byte 12 of the data, which has 8. "
          + "It is not a safetensors file, or was cut off on its way; get a fresh copy."
      ),
      (
        #"{"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"#
          + #""y":{"dtype":"U8","shape":[3],"data_offsets":[5,8]}}"#, 8,
        "tensor 'y' begins at byte 5 of the data, but the one before it ends at 4. "
          + "Write the file again with the safetensors library."
      ),
      (
        #"{"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"#
          + #""y":{"dtype":"U8","shape":[5],"data_offsets":[3,8]}}"#, 8,
        "tensor 'y' begins at byte 3 of the data, but the one before it ends at 4. "
          + "Write the file again with the safetensors library."
      ),
      (
        #"{"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#, 9,
        "the last 5 bytes belong to no tensor. "
          + "It is not a safetensors file, or was cut off on its way; get a fresh copy."
      ),
    ])
  func refused(json: String, dataSize: Int, message: String) {
    #expect(self.message(of: file(json, dataSize: dataSize)) == "model: \(message)")
  }

  @Test("is refused when its size is impossible")
  func size() {
    let remedy = "It is not a safetensors file, or was cut off on its way; get a fresh copy."
    for (start, count, announced) in [
      ([1, 2, 3], 3, "197121"),
      ([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 100, "18446744073709551615"),
      ([93, 0, 0, 0, 0, 0, 0, 0], 100, "93"), ([1, 0, 0x80, 0, 0, 0, 0, 0], 9_000_000, "8388609"),
    ] as [([UInt8], Int, String)] {
      let bytes = start + [UInt8](repeating: 32, count: count - start.count)
      #expect(
        message(of: bytes)
          == "model: the first 8 bytes announce a header of \(announced) bytes, "
          + "in a file of \(count) (a header may have 8388608). \(remedy)")
    }
  }

  @Test("is told from what torch.save writes")
  func pickle() {
    for start in [[0x50, 0x4B, 3, 4], [0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46]] as [[UInt8]] {
      #expect(
        message(of: start + [UInt8](repeating: 0, count: 100))
          == "model: is a PyTorch file (.pth), not safetensors. cutline model import reads it.")
    }
  }

  @Test("is told from the pointer that Git leaves")
  func pointer() {
    let text = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n"
    #expect(
      message(of: Array(text.utf8))
        == "model: is a Git LFS pointer, not the file itself. Fetch it, with git lfs pull.")
  }

  @Test("may name 10,000 tensors and no more")
  func tensorCount() throws {
    func json(_ count: Int) -> String {
      let entries = (0..<count).map {
        #""t\#($0)":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}"#
      }
      return "{\(entries.joined(separator: ","))}"
    }
    #expect(message(of: file(json(10_000), dataSize: 0)) == nil)
    #expect(
      message(of: file(json(10_002), dataSize: 0))
        == "model: holds more than 10000 tensors. "
        + "Split the file, or leave out what the model does not need.")
  }

  @Test("is read or refused, never a crash, after any damage")
  func damage() {
    let json =
      #"{"__metadata__":{"format":"pt"},"a.weight":{"dtype":"F32","shape":[2,3],"#
      + #""data_offsets":[0,24]},"b \u00e9":{"dtype":"BF16","shape":[],"data_offsets":[24,26]}}"#
    let whole = file(json, dataSize: 26)
    let interesting: [UInt8] = Array("{}[]\":,\\-0129eu".utf8) + [0, 0x7f, 0x80, 0xff]
    var random = SplitMix64(state: 1)
    var readCount = 0
    for _ in 0..<10_000 {
      var bytes = whole
      for _ in 0...Int.random(in: 0..<3, using: &random) {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: bytes[index] = interesting.randomElement(using: &random) ?? 0
        case 2: bytes.removeSubrange(index...)
        case 3: bytes.remove(at: index)
        default: bytes.insert(contentsOf: bytes[index...].prefix(20), at: index)
        }
        if bytes.isEmpty { break }
      }
      if message(of: bytes) == nil { readCount += 1 }
    }
    // Some changes are harmless, as in a name or in the data; most are not.
    #expect((100..<5_000).contains(readCount), "\(readCount) of 10,000 were read")
  }

  private func file(_ json: String, dataSize: Int) -> [UInt8] {
    let header = Array(json.utf8)
    return (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) } + header
      + [UInt8](repeating: 0, count: dataSize)
  }

  private func message(of bytes: [UInt8]) -> String? {
    do throws(SafetensorsError) {
      try bytes.withUnsafeBufferPointer { buffer throws(SafetensorsError) in
        let header = try SafetensorsHeader(reading: .init(buffer), path: "model")
        #expect(header.entries.allSatisfy { $0.range.upperBound <= bytes.count })
      }
      return nil
    } catch {
      return error.description
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
