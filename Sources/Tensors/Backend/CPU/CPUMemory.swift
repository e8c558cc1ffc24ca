import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// A pool of memory that was released and can be used again.
///
/// It is a class because buffers return their memory to it when they are released. Every training step asks for
/// the same few hundred sizes, and fresh pages for each would cost more time than many kernels take.
final class CPUMemory: Sendable {
  private let pool = Mutex(Pool())

  /// A block of memory, which belongs to exactly one buffer or to the free list, and its size in bytes.
  struct Block: @unchecked Sendable {
    let address: UnsafeMutableRawPointer
    let byteCount: Int
  }

  func take(byteCount: Int) -> Block {
    let size = Self.roundedUp(byteCount)
    return pool.withLock { $0.take(size) } ?? Self.allocate(size)
  }

  /// Returns memory that is filled with zeros.
  ///
  /// Fresh pages from the system are zero already and cost nothing until they are touched. Those of a model that is
  /// about to be loaded never are.
  func takeZeros(byteCount: Int) -> Block {
    let size = Self.roundedUp(byteCount)
    let used = pool.withLock { $0.take(size) }
    let block = used ?? Self.allocate(size)
    if used != nil || size < Self.mappedSize { memset(block.address, 0, byteCount) }
    return block
  }

  func giveBack(_ block: Block) { pool.withLock { $0.add(block) } }

  deinit { pool.withLock { $0.empty() } }

  /// The size of all free blocks, in bytes.
  var freeByteCount: Int { pool.withLock { $0.freeByteCount } }

  /// Allocates a block; large ones come from the system directly.
  ///
  /// In the heap of malloc an aligned block leaves a hole that the next one of its size does not fit into: the
  /// features of 7,000 pictures once cost 11 GB of holes.
  private static func allocate(_ size: Int) -> Block {
    guard size >= mappedSize else {
      // The alignment of a cache line, which is also the width of an AVX-512 register.
      return Block(address: .allocate(byteCount: size, alignment: 64), byteCount: size)
    }
    let flags = MAP_PRIVATE | MAP_ANONYMOUS
    guard let address = mmap(nil, size, PROT_READ | PROT_WRITE, flags, -1, 0),
      address != MAP_FAILED
    else { preconditionFailure("out of memory: no \(size) bytes to be had") }
    // The system may take 100 ms to find huge pages, which is too long for one caption but not for a training.
    if size >= 16 << 20 { madvise(address, size, MADV_HUGEPAGE) }
    return Block(address: address, byteCount: size)
  }

  private static func release(_ block: Block) {
    if block.byteCount >= mappedSize {
      munmap(block.address, block.byteCount)
    } else {
      block.address.deallocate()
    }
  }

  private static let mappedSize = 1 << 18

  private struct Pool {
    private var free: [Int: [Block]] = [:]
    private(set) var freeByteCount = 0
    private var usedByteCount = 0
    /// The largest size that was ever in use at once, in bytes.
    private var peakByteCount = 64 << 20

    mutating func take(_ size: Int) -> Block? {
      if let block = freeBlock(of: size) {
        freeByteCount -= block.byteCount
        use(block.byteCount)
        return block
      }
      use(size)
      // Batches of longer captions need other sizes, and blocks for shorter ones must not pile up. As much as the
      // peak needs may stay, because it will be needed again.
      if usedByteCount + freeByteCount > 2 * peakByteCount { empty() }
      return nil
    }

    /// Returns a free block of this size, or of the next larger one, up to twice the size.
    ///
    /// The maps of a network's layers, which all differ in size, then share the same few blocks.
    private mutating func freeBlock(of size: Int) -> Block? {
      if let block = free[size]?.popLast() { return block }
      let fitting = free.lazy.filter { $0.key > size && $0.key <= 2 * size && !$0.value.isEmpty }
      return fitting.map(\.key).min().flatMap { free[$0]?.popLast() }
    }

    private mutating func use(_ byteCount: Int) {
      usedByteCount += byteCount
      peakByteCount = max(peakByteCount, usedByteCount)
    }

    mutating func add(_ block: Block) {
      usedByteCount -= block.byteCount
      freeByteCount += block.byteCount
      free[block.byteCount, default: []].append(block)
    }

    mutating func empty() {
      for block in free.values.joined() { CPUMemory.release(block) }
      (free, freeByteCount) = ([:], 0)
    }
  }

  /// Rounds a size up to a multiple of an eighth of the next lower power of two, so similar sizes share blocks.
  private static func roundedUp(_ byteCount: Int) -> Int {
    let size = max(byteCount, 64)
    let step = Swift.max(64, 1 << (Int.bitWidth - size.leadingZeroBitCount - 4))
    return (size + step - 1) / step * step
  }
}

/// Memory of the CPU: from the pool, or part of a mapped file.
final class CPUBuffer: Buffer, @unchecked Sendable {
  let address: UnsafeMutableRawPointer
  /// The block that returns to the pool, and the pool; nil if the memory is borrowed.
  private var pooled: (block: CPUMemory.Block, memory: CPUMemory)?
  /// The owner of borrowed memory, such as a mapped file, which keeps it valid.
  private let owner: (any AnyObject & Sendable)?
  private let packedCopies = Mutex<[PackedKey: Buffer]>([:])

  init(count: Int, type: ElementType, from memory: CPUMemory) {
    let block = memory.take(byteCount: count * type.byteCount)
    (address, pooled, owner) = (block.address, (block, memory), nil)
    super.init(count: count, type: type)
  }

  init(zeros count: Int, type: ElementType, from memory: CPUMemory) {
    let block = memory.takeZeros(byteCount: count * type.byteCount)
    (address, pooled, owner) = (block.address, (block, memory), nil)
    super.init(count: count, type: type)
  }

  // Written out because the stub that the compiler would generate causes a warning (Swift 6.3).
  @available(*, unavailable) override init(count: Int, type: ElementType) {
    preconditionFailure("buffer: memory must come from somewhere")
  }

  /// Creates a view of memory that `owner` keeps alive and that is never written.
  init(
    borrowing address: UnsafeMutableRawPointer, count: Int, type: ElementType,
    from owner: any AnyObject & Sendable
  ) {
    (self.address, pooled, self.owner) = (address, nil, owner)
    super.init(count: count, type: type)
  }

  /// Returns a buffer of another type of the same size that owns the memory from now on; this one must not be used
  /// any more.
  func takeMemory(as type: ElementType) -> CPUBuffer {
    precondition(type.byteCount == self.type.byteCount, "buffer: \(self.type) is no \(type)")
    defer { pooled = nil }
    return CPUBuffer(taking: pooled, address, count: count, type: type)
  }

  private init(
    taking pooled: (block: CPUMemory.Block, memory: CPUMemory)?,
    _ address: UnsafeMutableRawPointer, count: Int, type: ElementType
  ) {
    (self.address, self.pooled, owner) = (address, pooled, nil)
    super.init(count: count, type: type)
  }

  deinit {
    if let (block, memory) = pooled { memory.giveBack(block) }
  }

  override var isWritable: Bool { pooled != nil }

  override func contentsWillChange() {
    packedCopies.withLock { $0 = [:] }
  }

  /// Returns the contents in the layout that oneDNN reads fastest, made by `make` the first time.
  func packed(_ key: PackedKey, make: () -> Buffer) -> Buffer {
    if let copy = packedCopies.withLock({ $0[key] }) { return copy }
    // Made outside the lock, because one copy may be made from another.
    let copy = make()
    // Another thread may have made one in the meantime.
    return packedCopies.withLock { copies in
      if let first = copies[key] { return first }
      copies[key] = copy
      return copy
    }
  }
}

/// The key of a packed copy of part of a buffer: the part and the layout.
struct PackedKey: Hashable, Sendable {
  let offset: Int
  let count: Int
  /// The number of the layout; 0 is the plain layout in another precision.
  let layout: UInt64
}

extension Region {
  /// The address of the first element, valid as long as the buffer of the region.
  var rawAddress: UnsafeMutableRawPointer {
    // Only `CPUBackend` calls this, and it has made every buffer that it is given.
    unsafeDowncast(buffer, to: CPUBuffer.self).address + offset * type.byteCount
  }

  /// The address of the first element of a region of float32 numbers; traps if it has another type.
  var address: UnsafeMutablePointer<Float> {
    precondition(type == .float32, "backend: this kernel computes in float32")
    return rawAddress.assumingMemoryBound(to: Float.self)
  }
}
