import CKernels

/// How files store numbers that become tensors.
package enum StoredType: Sendable {
  case float32, float16, bfloat16

  package var byteCount: Int { self == .float32 ? 4 : 2 }
}

extension Tensor {
  /// A tensor on the processor from numbers in a file: of `float32`, unless bfloat16 is to be kept.
  ///
  /// Aligned numbers that need no widening are used where they are, so a mapped model costs no copy.
  ///
  /// - Parameters:
  ///   - bytes: Exactly the tensor's numbers, little-endian, in row-major order.
  ///   - type: What they are.
  ///   - shape: The tensor's shape.
  ///   - keepsBfloat16: Whether bfloat16 numbers stay what they are.
  ///   - owner: Keeps `bytes` in place as long as it lives.
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
    let staysAsItIs = type == .float32 || type == .bfloat16 && keepsBfloat16
    if staysAsItIs, Int(bitPattern: base) % type.byteCount == 0 {
      let buffer = CPUBuffer(
        borrowing: UnsafeMutableRawPointer(mutating: base), count: count,
        type: type == .float32 ? .float32 : .bfloat16, from: owner)
      self.init(shape: shape, region: Region(buffer), device: .cpu)
      return
    }
    self.init(uninitialized: shape, on: .cpu)
    let address = region.address
    switch type {
    case .float32:
      UnsafeMutableRawPointer(address).copyMemory(from: base, byteCount: bytes.count)
    case .float16: ck_from_float16(base.assumingMemoryBound(to: UInt16.self), address, Int64(count))
    case .bfloat16:
      ck_from_bfloat16(base.assumingMemoryBound(to: UInt16.self), address, Int64(count))
    }
  }

  /// Shows the tensor's numbers as they lie in memory, little-endian, in row-major order.
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
