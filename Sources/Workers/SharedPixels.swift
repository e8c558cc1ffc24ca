import CWorkers
import Glibc

/// Shared memory in slots of equal size, into which a worker writes pixels for its owner.
///
/// Its size is sealed, so that a worker cannot take pages away. The worker may write at any time, so the
/// owner must not rely on the contents: they are used only as pixels, for which any bytes are valid.
struct SharedPixels: ~Copyable {
  let descriptor: Int32
  let slotCount: Int
  let slotByteCount: Int
  private let base: UnsafeMutableRawPointer

  /// Creates shared memory that the owner reads; nil if the system cannot provide it.
  init?(slotCount: Int, slotByteCount: Int) {
    let descriptor = cw_shared_memory(slotCount * slotByteCount)
    guard descriptor >= 0 else { return nil }
    self.init(descriptor, slotCount, slotByteCount, PROT_READ)
  }

  /// Maps existing shared memory for a worker to write.
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
