import CLinux
import Glibc

/// A file that is open for reading at any place, closed when it goes out of use.
struct MediaDescriptor: ~Copyable {
  let number: Int32

  /// Opens what `source` names; standard input and bytes are put into memory that looks like a file.
  init(_ source: MediaSource) throws(MediaError) {
    if let opened = try source.opened(atMost: .max) {
      number = opened.descriptor
    } else {
      let bytes = try source.bytes(atMost: StillImageOptions().maximumFileBytes)
      number = try Self.anonymousFile(bytes, name: source.name)
    }
  }

  deinit { close(number) }

  /// At most `count` bytes from the beginning.
  func firstBytes(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, read in
      read = max(0, pread(number, buffer.baseAddress, count, 0))
    }
  }

  private static func anonymousFile(
    _ bytes: [UInt8], name: String
  ) throws(MediaError) -> Int32 {
    let file = memory_file()
    var written = 0
    while file >= 0, written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { break }
      written += count
    }
    guard file >= 0, written == bytes.count else {
      if file >= 0 { close(file) }
      throw MediaError(
        path: name, code: .tooLarge, stage: .open,
        problem: "does not fit in memory. Save it to a file and name that.")
    }
    return file
  }
}
