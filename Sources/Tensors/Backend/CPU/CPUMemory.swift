import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// Memory that was released and waits to be used again.
///
/// A class because buffers return their memory to it when they go. A training step asks for the same
/// few hundred sizes every time; taking fresh pages for each would cost more than many kernels do.
final class CPUMemory: Sendable {
  private let pool = Mutex(Pool())

  /// A raw address, which belongs to exactly one buffer or to the free list, and how much lies there.
  struct Block: @unchecked Sendable {
    let address: UnsafeMutableRawPointer
    let byteCount: Int
  }

  func take(byteCount: Int) -> Block {
    let size = Self.roundedUp(byteCount)
    return pool.withLock { $0.take(size) } ?? Self.allocate(size)
  }

  /// Memory that holds nothing but zeros.
  ///
  /// Pages fresh from the system do by themselves, and cost nothing before they are touched: those of a
  /// model that is about to be loaded never are.
  func takeZeros(byteCount: Int) -> Block {
    let size = Self.roundedUp(byteCount)
    let used = pool.withLock { $0.take(size) }
    let block = used ?? Self.allocate(size)
    if used != nil || size < Self.mappedSize { memset(block.address, 0, byteCount) }
    return block
  }

  func giveBack(_ block: Block) { pool.withLock { $0.add(block) } }

  deinit { pool.withLock { $0.empty() } }

  /// How much waits to be used again.
  var freeByteCount: Int { pool.withLock { $0.freeByteCount } }

  /// Large blocks come from the system itself: in malloc's heap an aligned block leaves a hole that the
  /// next one of its size does not fit into, and 7,000 pictures' features once cost 11 GB of holes.
  private static func allocate(_ size: Int) -> Block {
    guard size >= mappedSize else {
      // A cache line's alignment, which is also the width of an AVX-512 register.
      return Block(address: .allocate(byteCount: size, alignment: 64), byteCount: size)
    }
    let flags = MAP_PRIVATE | MAP_ANONYMOUS
    guard let address = mmap(nil, size, PROT_READ | PROT_WRITE, flags, -1, 0),
      address != MAP_FAILED
    else { preconditionFailure("out of memory: no \(size) bytes to be had") }
    // The system may take 100 ms to find huge pages: too long for one caption, little for a training.
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
    /// The most that was ever used at once.
    private var peakByteCount = 64 << 20

    mutating func take(_ size: Int) -> Block? {
      if let block = freeBlock(of: size) {
        freeByteCount -= block.byteCount
        use(block.byteCount)
        return block
      }
      use(size)
      // Batches of longer captions need other sizes: those of shorter ones must not pile up. What the
      // peak needs may stay, for it will come again.
      if usedByteCount + freeByteCount > 2 * peakByteCount { empty() }
      return nil
    }

    /// A block of this size, or of the next larger there is if it wastes less than it holds: the maps of
    /// a network's layers, each of a size of its own, then live in the same few blocks.
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

  /// Sizes in steps of an eighth of the next lower power of two, so that similar sizes are shared.
  private static func roundedUp(_ byteCount: Int) -> Int {
    let size = max(byteCount, 64)
    let step = Swift.max(64, 1 << (Int.bitWidth - size.leadingZeroBitCount - 4))
    return (size + step - 1) / step * step
  }
}

/// Memory of the processor: from the pool, or a stretch of a mapped file.
final class CPUBuffer: Buffer, @unchecked Sendable {
  let address: UnsafeMutableRawPointer
  /// What goes back to the pool, and the pool; nil where the memory is borrowed.
  private let pooled: (block: CPUMemory.Block, memory: CPUMemory)?
  /// Keeps borrowed memory, such as a mapped file, in place.
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

  // Spelled out because the stub that the compiler would write for it draws a warning (Swift 6.3).
  @available(*, unavailable) override init(count: Int, type: ElementType) {
    preconditionFailure("buffer: memory must come from somewhere")
  }

  /// A view of memory that `owner` keeps alive and that nobody writes.
  init(
    borrowing address: UnsafeMutableRawPointer, count: Int, type: ElementType,
    from owner: any AnyObject & Sendable
  ) {
    (self.address, pooled, self.owner) = (address, nil, owner)
    super.init(count: count, type: type)
  }

  deinit {
    if let (block, memory) = pooled { memory.giveBack(block) }
  }

  override var isWritable: Bool { pooled != nil }

  override func contentsWillChange() {
    packedCopies.withLock { $0 = [:] }
  }

  /// The contents in the layout that oneDNN reads fastest, made by `make` the first time.
  func packed(_ key: PackedKey, make: () -> Buffer) -> Buffer {
    if let copy = packedCopies.withLock({ $0[key] }) { return copy }
    // Not under the lock: one copy may be made from another.
    let copy = make()
    // Another thread may have made one meanwhile.
    return packedCopies.withLock { copies in
      if let first = copies[key] { return first }
      copies[key] = copy
      return copy
    }
  }
}

/// Which packed copy of a buffer: where it begins and in which layout it is.
struct PackedKey: Hashable, Sendable {
  let offset: Int
  let count: Int
  /// 0 stands for the plain layout with another precision.
  let layout: UInt64
}

extension Region {
  /// The first element; valid while the region's buffer is.
  var rawAddress: UnsafeMutableRawPointer {
    // Only `CPUBackend` asks, and it has made every buffer it is given.
    unsafeDowncast(buffer, to: CPUBuffer.self).address + offset * type.byteCount
  }

  /// The first element of a region of floats.
  var address: UnsafeMutablePointer<Float> {
    precondition(type == .float32, "backend: this kernel computes in float32")
    return rawAddress.assumingMemoryBound(to: Float.self)
  }
}
