import CJPEG

#if canImport(Glibc)
import Glibc
#endif

extension Image {
  /// The picture as a baseline JPEG file without chroma subsampling.
  ///
  /// - Parameter quality: libjpeg's, `1...100`.
  /// - Returns: The whole file.
  package func jpegBytes(quality: Int = 90) -> [UInt8] {
    var bytes: UnsafeMutablePointer<UInt8>?
    let count = cjpeg_encode(pixels, UInt32(width), UInt32(height), Int32(quality), &bytes)
    defer { free(bytes) }
    // Only memory can run out, as in any allocation.
    precondition(count > 0, "out of memory for a JPEG of \(width)x\(height) pixels")
    return Array(UnsafeBufferPointer(start: bytes, count: count))
  }
}
