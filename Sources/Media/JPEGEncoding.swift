import CJPEG

#if canImport(Glibc)
import Glibc
#endif

extension Image {
  /// The picture as a JPEG file, with the colours at half the resolution, as is usual.
  ///
  /// - Parameter quality: From 1 to 100, as libjpeg counts.
  /// - Returns: The file's bytes; nil if there is no memory for them.
  package func jpegBytes(quality: Int = 85) -> [UInt8]? {
    precondition((1...100).contains(quality), "a JPEG's quality is from 1 to 100, not \(quality)")
    var count = 0
    guard
      let bytes = cjpeg_encode(pixels, UInt32(width), UInt32(height), Int32(quality), &count)
    else { return nil }
    defer { free(bytes) }
    return Array(UnsafeBufferPointer(start: bytes, count: count))
  }
}
