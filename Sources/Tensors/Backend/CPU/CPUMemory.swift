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

  func take(byteCount: Int) -> UnsafeMutableRawPointer {
    let size = Self.roundedUp(byteCount)
    return pool.withLock { $0.take(size) } ?? Self.allocate(size)
  }

  /// Memory that holds nothing but zeros.
  ///
  /// Pages fresh from the system do by themselves, and cost nothing before they are touched: those of a
  /// model that is about to be loaded never are.
  func takeZeros(byteCount: Int) -> UnsafeMutableRawPointer {
    let size = Self.roundedUp(byteCount)
    if let address = pool.withLock({ $0.take(size) }) {
      memset(address, 0, byteCount)
      return address
    }
    let address = Self.allocate(size)
    if size < Self.mappedSize { memset(address, 0, byteCount) }
    return address
  }

  func giveBack(_ address: UnsafeMutableRawPointer, byteCount: Int) {
    let block = Block(address: address)
    pool.withLock { $0.add(block, Self.roundedUp(byteCount)) }
  }

  deinit { pool.withLock { $0.empty() } }

  /// How much waits to be used again.
  var freeByteCount: Int { pool.withLock { $0.freeByteCount } }

  /// A raw address, which belongs to exactly one buffer or to the free list.
  private struct Block: @unchecked Sendable {
    let address: UnsafeMutableRawPointer
  }

  /// Large blocks come from the system itself: in malloc's heap an aligned block leaves a hole that the
  /// next one of its size does not fit into, and 7,000 pictures' features once cost 11 GB of holes.
  private static func allocate(_ size: Int) -> UnsafeMutableRawPointer {
    guard size >= mappedSize else {
      // A cache line's alignment, which is also the width of an AVX-512 register.
      return .allocate(byteCount: size, alignment: 64)
    }
    let flags = MAP_PRIVATE | MAP_ANONYMOUS
    guard let address = mmap(nil, size, PROT_READ | PROT_WRITE, flags, -1, 0),
      address != MAP_FAILED
    else { preconditionFailure("out of memory: no \(size) bytes to be had") }
    // The system may take 100 ms to find huge pages: too long for one caption, little for a training.
    if size >= 16 << 20 { madvise(address, size, MADV_HUGEPAGE) }
    return address
  }

  private static func deallocate(_ address: UnsafeMutableRawPointer, _ size: Int) {
    if size >= mappedSize {
      munmap(address, size)
    } else {
      address.deallocate()
    }
  }

  private static let mappedSize = 1 << 18

  private struct Pool {
    private var free: [Int: [Block]] = [:]
    private(set) var freeByteCount = 0
    private var usedByteCount = 0

    mutating func take(_ size: Int) -> UnsafeMutableRawPointer? {
      usedByteCount += size
      if let block = free[size]?.popLast() {
        freeByteCount -= size
        return block.address
      }
      // Batches of longer captions need other sizes: those of shorter ones must not pile up.
      if freeByteCount > max(usedByteCount, 64 << 20) { empty() }
      return nil
    }

    mutating func add(_ block: Block, _ size: Int) {
      usedByteCount -= size
      freeByteCount += size
      free[size, default: []].append(block)
    }

    mutating func empty() {
      for (size, blocks) in free {
        for block in blocks { CPUMemory.deallocate(block.address, size) }
      }
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
  private let memory: CPUMemory?
  /// Keeps borrowed memory, such as a mapped file, in place.
  private let owner: (any AnyObject & Sendable)?
  private let packedCopies = Mutex<[PackedKey: Buffer]>([:])

  init(count: Int, type: ElementType, from memory: CPUMemory) {
    address = memory.take(byteCount: count * type.byteCount)
    (self.memory, owner) = (memory, nil)
    super.init(count: count, type: type)
  }

  init(zeros count: Int, from memory: CPUMemory) {
    address = memory.takeZeros(byteCount: count * ElementType.float32.byteCount)
    (self.memory, owner) = (memory, nil)
    super.init(count: count, type: .float32)
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
    (self.address, memory, self.owner) = (address, nil, owner)
    super.init(count: count, type: type)
  }

  deinit {
    memory?.giveBack(address, byteCount: count * type.byteCount)
  }

  override var isWritable: Bool { memory != nil }

  override func contentsWillChange() {
    packedCopies.withLock { $0 = [:] }
  }

  /// The contents in the layout that oneDNN reads fastest, made by `make` the first time.
  func packed(_ key: PackedKey, make: () -> Buffer) -> Buffer {
    packedCopies.withLock { copies in
      if let copy = copies[key] { return copy }
      let copy = make()
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
