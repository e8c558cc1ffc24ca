import CJPEG

#if canImport(Glibc)
import Glibc
#endif

extension Image {
  /// The picture as a JPEG file.
  ///
  /// - Parameters:
  ///   - quality: From 1 to 100, as libjpeg counts.
  ///   - subsampled: Whether the colours have half the resolution, as is usual; small things are told apart
  ///     by their colour, which that would smear.
  ///   - isOptimized: Whether the file has Huffman tables of its own. It is smaller then, and takes longer
  ///     to write.
  /// - Returns: The whole file.
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
