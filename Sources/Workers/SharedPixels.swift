import CWorkers
import Glibc

/// Memory that a worker writes pixels into and its owner reads, in equal slots.
///
/// The size is sealed: a worker cannot take pages away under the owner. It can write at any time, so what
/// the owner reads here may be any bytes, and may change; pixels may.
struct SharedPixels: ~Copyable {
  let descriptor: Int32
  let slotCount: Int
  let slotByteCount: Int
  private let base: UnsafeMutableRawPointer

  /// Makes shared memory, for the owner to read; nil if the system will not.
  init?(slotCount: Int, slotByteCount: Int) {
    let descriptor = cw_shared_memory(slotCount * slotByteCount)
    guard descriptor >= 0 else { return nil }
    self.init(descriptor, slotCount, slotByteCount, PROT_READ)
  }

  /// Maps shared memory that was made elsewhere, for a worker to write.
  init?(writingTo descriptor: Int32, slotCount: Int, slotByteCount: Int) {
    self.init(descriptor, slotCount, slotByteCount, PROT_READ | PROT_WRITE)
  }

  private init?(
    _ descriptor: Int32, _ slotCount: Int, _ slotByteCount: Int, _ protection: Int32
  ) {
    let mapped = mmap(nil, slotCount * slotByteCount, protection, MAP_SHARED, descriptor, 0)
    guard let mapped, mapped != MAP_FAILED else {
      close(descriptor)
      return nil
    }
    (self.descriptor, self.slotCount, self.slotByteCount) = (descriptor, slotCount, slotByteCount)
    base = mapped
  }

  deinit {
    munmap(base, slotCount * slotByteCount)
    close(descriptor)
  }

  /// Calls `body` with the memory of one slot, which only a worker may write.
  func withSlot<Result>(
    _ slot: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    precondition((0..<slotCount).contains(slot), "slot \(slot) of \(slotCount)")
    return try body(
      UnsafeMutableRawBufferPointer(start: base + slot * slotByteCount, count: slotByteCount))
  }
}
