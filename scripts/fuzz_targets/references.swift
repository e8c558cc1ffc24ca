// A target of scripts/fuzz: reference captions in any form of one file are read or refused; the first byte chooses the
// extension.
// Modules: CLinux CNettle CWebP CAlpha CJPEG CPNG CMedia CHEIF CJXL CTIFF Files Media Text Datasets
// Libraries: nettle webp webpdemux jpeg png z
// Starts from: scripts/fuzz_targets/captions

import Datasets
import Glibc

private let extensions = ["json", "jsonl", "tsv", "csv", "txt", "token.txt"]

/// Reads the bytes as reference captions, and as pictures with ids.
@_cdecl("LLVMFuzzerTestOneInput")
public func readReferences(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count > 0 else { return 0 }
  let folder = "/dev/shm/cutline-fuzz-references-\(getpid())"
  mkdir(folder, 0o700)
  let path = "\(folder)/captions.\(extensions[Int(bytes[0]) % extensions.count])"
  defer { unlink(path) }
  guard let file = fopen(path, "w") else { return 0 }
  fwrite(bytes + 1, 1, count - 1, file)
  fclose(file)
  let found = try? ReferenceCaptions(at: path)
  _ = try? ReferenceCaptions.identities(at: path)
  return found?.pictures.isEmpty ?? false ? -1 : 0
}
