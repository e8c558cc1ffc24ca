// A target of scripts/fuzz: a file of torch.save is read or refused, and no more is read than it holds.
// Modules: CLinux CNettle Files
// Libraries: nettle
// Starts from: Tests/FilesTests/Fixtures/torch

import Files
import Glibc

/// Opens the bytes as a file, and reads every tensor of less than 16 MB.
@_cdecl("LLVMFuzzerTestOneInput")
public func readTorchFile(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let path = "/dev/shm/cutline-fuzz-\(getpid()).pth"
  defer { unlink(path) }
  guard let file = fopen(path, "w") else { return 0 }
  fwrite(bytes, 1, count, file)
  fclose(file)
  guard let weights = try? TorchFile(path) else { return 0 }
  var sum: UInt64 = 0
  for entry in weights.entries where entry.elementCount * entry.type.size < 16 << 20 {
    weights.withBytes(of: entry) { bytes in for byte in bytes { sum &+= UInt64(byte) } }
  }
  return sum == .max ? -1 : 0
}
