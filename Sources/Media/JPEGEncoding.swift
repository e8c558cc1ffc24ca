import CJPEG

#if canImport(Glibc)
import Glibc
#endif

extension Image {
  /// Returns the image encoded as a JPEG file.
  ///
  /// - Parameters:
  ///   - quality: From 1 to 100, on libjpeg's scale.
  ///   - subsampled: True for chroma at half the resolution, as is usual; it blurs the colours of small
  ///     objects.
  ///   - isOptimized: True to compute Huffman tables for the image, which gives a smaller file but takes
  ///     longer.
  /// - Returns: The bytes of the file.
  package func jpegBytes(
    quality: Int = 85, subsampled: Bool = true, optimized isOptimized: Bool = true
  ) -> [UInt8] {
    precondition((1...100).contains(quality), "a JPEG's quality is from 1 to 100, not \(quality)")
    var count = 0
    guard
      let bytes = cjpeg_encode(
        pixels, UInt32(width), UInt32(height), Int32(quality), subsampled ? 1 : 0,
        isOptimized ? 1 : 0, &count)
    else { preconditionFailure("out of memory for a JPEG of \(width)x\(height) pixels") }
    defer { free(bytes) }
    return Array(UnsafeBufferPointer(start: bytes, count: count))
  }
}
