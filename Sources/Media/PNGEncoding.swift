import CPNG

extension Image {
  /// The image encoded as a PNG file.
  package var pngBytes: [UInt8] {
    let capacity = cpng_largest_size(UInt32(width), UInt32(height))
    return [UInt8](unsafeUninitializedCapacity: capacity) { target, count in
      count = cpng_encode(
        pixels, UInt32(width), UInt32(height), target.baseAddress, capacity)
      // Encoding fails only if memory runs out, as any allocation may.
      precondition(count > 0, "out of memory for a PNG of \(width)x\(height) pixels")
    }
  }
}
