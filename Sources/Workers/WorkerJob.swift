import Files
import Glibc

/// A task as the handler in a worker sees it.
package struct WorkerJob {
  /// The message of the task.
  package let message: [UInt8]
  /// The number of bytes in the file's range.
  package var byteCount: Int { range.count }

  /// The open file, which stays the worker's, and the range of its bytes that belongs to the task.
  package let descriptor: Int32
  package let range: Range<Int>
  private let slot: Int
  private let owner: WorkerOwner

  init(_ task: WorkerOwner.Task, _ owner: WorkerOwner) {
    (message, descriptor, range) = (task.message, task.descriptor, task.range)
    (slot, self.owner) = (task.slot, owner)
  }

  /// Reads into `buffer` from `offset` within the range.
  ///
  /// - Parameters:
  ///   - buffer: The memory to fill, unless the range ends before.
  ///   - offset: The offset from the start of the range, in bytes.
  /// - Returns: The number of bytes read.
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

  /// Returns all bytes of the range; fewer if the file was truncated.
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

  /// Calls `body` with the memory for the pixels of one answer.
  package func withPixels<Result>(
    _ body: (UnsafeMutableRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try owner.pixels.withSlot(slot, body)
  }

  /// Sends a part of the answer, and waits until the memory for pixels may be reused.
  package func deliver(_ part: WorkerAnswer) {
    owner.send(.answer(part, isLast: false))
    owner.waitForGoOn()
  }
}
