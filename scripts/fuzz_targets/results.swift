// A target of scripts/fuzz: captions to score, in COCO's form, as JSON lines, texts by id and tables, are read or
// refused; the first byte chooses the extension.
// Modules: CLinux CNettle CWebP CAlpha CJPEG CPNG CMedia CHEIF CJXL CTIFF Files Media Text Datasets
// Libraries: nettle webp webpdemux jpeg png z
// Starts from: scripts/fuzz_targets/captions

import Datasets
import Glibc

private let extensions = ["json", "jsonl", "tsv", "csv", "txt"]

/// Reads the bytes as results.
@_cdecl("LLVMFuzzerTestOneInput")
public func readResults(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count > 0 else { return 0 }
  let path = "/dev/shm/cutline-fuzz-results-\(getpid()).\(extensions[Int(bytes[0]) % extensions.count])"
  defer { unlink(path) }
  guard let file = fopen(path, "w") else { return 0 }
  fwrite(bytes + 1, 1, count - 1, file)
  fclose(file)
  let column = bytes[0] & 0x80 == 0 ? nil : "caption"
  guard let results = try? ResultCaptions(at: path, captionColumn: column) else { return 0 }
  return results.rows.isEmpty ? -1 : 0
}
