import CKernels

/// The types of numbers in files that can become tensors.
///
/// It differs from `ElementType`, because no tensor holds float16, and from the types of a file format, because this
/// module does not depend on any.
package enum StoredType: Sendable {
  case float64, float32, float16, bfloat16

  /// The size of one number in bytes.
  package var byteCount: Int {
    switch self {
    case .float64: 8
    case .float32: 4
    case .float16, .bfloat16: 2
    }
  }

  /// Returns the element type of a tensor that uses such numbers in place, or nil if they have to be widened.
  fileprivate func elementType(keepingBfloat16 keepsBfloat16: Bool) -> ElementType? {
    switch self {
    case .float32: .float32
    case .float64, .float16: nil
    case .bfloat16: keepsBfloat16 ? .bfloat16 : nil
    }
  }
}

extension Tensor {
  /// Creates a tensor on the CPU from numbers in a file, in float32 unless bfloat16 is kept.
  ///
  /// Aligned numbers that need no widening are used in place, so a mapped model is not copied.
  ///
  /// - Parameters:
  ///   - bytes: The numbers of the tensor and nothing else, little-endian, in row-major order.
  ///   - type: The type of the numbers.
  ///   - shape: The shape of the tensor.
  ///   - keepsBfloat16: True to keep bfloat16 numbers as they are instead of widening them to float32.
  ///   - owner: The object that keeps `bytes` valid.
  package init(
    _ bytes: UnsafeRawBufferPointer, storedAs type: StoredType, shape: Shape,
    keepingBfloat16 keepsBfloat16: Bool = false, keeping owner: any AnyObject & Sendable
  ) {
    let count = shape.elementCount
    precondition(
      bytes.count == count * type.byteCount, "tensor: \(bytes.count) bytes do not fill \(shape)")
    guard let base = bytes.baseAddress, count > 0 else {
      self.init(uninitialized: shape, on: .cpu)
      return
    }
    if let elementType = type.elementType(keepingBfloat16: keepsBfloat16),
      Int(bitPattern: base) % type.byteCount == 0
    {
      let buffer = CPUBuffer(
        borrowing: UnsafeMutableRawPointer(mutating: base), count: count, type: elementType,
        from: owner)
      self.init(shape: shape, region: Region(buffer), device: .cpu)
      return
    }
    self.init(uninitialized: shape, on: .cpu)
    let address = region.address
    switch type {
    case .float32:
      UnsafeMutableRawPointer(address).copyMemory(from: base, byteCount: bytes.count)
    case .float64:
      for index in 0..<count {
        address[index] = Float(bytes.loadUnaligned(fromByteOffset: 8 * index, as: Double.self))
      }
    case .float16: ck_from_float16(base.assumingMemoryBound(to: UInt16.self), address, Int64(count))
    case .bfloat16:
      ck_from_bfloat16(base.assumingMemoryBound(to: UInt16.self), address, Int64(count))
    }
  }

  /// Calls `body` with the numbers as they lie in memory, little-endian, in row-major order.
  package func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(device == .cpu, "tensor: only the processor's memory can be seen")
    defer { withExtendedLifetime(region) {} }
    return try body(
      UnsafeRawBufferPointer(
        start: region.rawAddress, count: elementCount * elementType.byteCount))
  }
}
