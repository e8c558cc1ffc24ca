import Files
import Glibc

/// What a handler in a worker is given to do.
package struct WorkerJob {
  /// As the task had it.
  package let message: [UInt8]
  /// How many bytes of the file count.
  package var byteCount: Int { range.count }

  /// The open file, and which of its bytes count, for who reads it otherwise; it stays the worker's.
  package let descriptor: Int32
  package let range: Range<Int>
  private let slot: Int
  private let owner: WorkerOwner

  init(_ task: WorkerOwner.Task, _ owner: WorkerOwner) {
    (message, descriptor, range) = (task.message, task.descriptor, task.range)
    (slot, self.owner) = (task.slot, owner)
  }

  /// Reads into `buffer` from `offset` within what counts of the file.
  ///
  /// - Parameters:
  ///   - buffer: Is filled unless the file ends before.
  ///   - offset: From the first byte that counts.
  /// - Returns: How many bytes were read.
  /// - Throws: `FileError`, without a path.
  package func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int
  ) throws(FileError) -> Int {
    let wanted = min(buffer.count, max(range.count - offset, 0))
    var filled = 0
    while filled < wanted {
      let count = pread(
        descriptor, buffer.baseAddress?.advanced(by: filled), wanted - filled,
        off_t(range.lowerBound + offset + filled))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw FileError("", .systemCall(name: "pread", code: errno)) }
      if count == 0 { break }
      filled += count
    }
    return filled
  }

  /// All bytes that count; fewer if the file has become shorter.
  package func bytes() throws(FileError) -> [UInt8] {
    var failure: FileError?
    let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
      do throws(FileError) {
        count = try read(into: UnsafeMutableRawBufferPointer(buffer), at: 0)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Calls `body` with the room for the pixels of one answer.
  package func withPixels<Result>(
    _ body: (UnsafeMutableRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try owner.pixels.withSlot(slot, body)
  }

  /// Sends a part of the answer, and waits until the room for pixels may be filled again.
  package func deliver(_ part: WorkerAnswer) {
    owner.send(.answer(part, isLast: false))
    owner.waitForGoOn()
  }
}
