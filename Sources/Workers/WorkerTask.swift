import CWorkers
import Files
import Glibc

/// An open file that workers may be shown, closed when nobody needs it any more.
///
/// A class, because tasks that wait in queues share it.
package final class WorkerFile: Sendable {
  let number: Int32

  /// Takes over the open file `number`, which should be a regular one.
  package init(owning number: Int32) { self.number = number }

  /// A file in memory that holds `bytes`; `name` is what errors call it.
  package init(holding bytes: [UInt8], name: String) throws(FileError) {
    number = bytes.withUnsafeBytes { bytes in
      // Of no bytes the address may be nil, which C must not see.
      withUnsafePointer(to: 0) { cw_memory_file(bytes.baseAddress ?? .init($0), bytes.count) }
    }
    guard number >= 0 else {
      throw FileError(name, .systemCall(name: "memfd_create", code: -number))
    }
  }

  deinit { if number >= 0 { close(number) } }
}

/// Something for a worker to do: part of a file, and what to make of it.
package struct WorkerTask: Sendable {
  /// Chosen by the caller; answers come with it.
  package let number: Int
  package let file: WorkerFile
  /// The bytes of the file that count, such as one member of an archive.
  package let range: Range<Int>
  /// What the handler in the worker is told; at most `maximumMessageSize` bytes.
  package let message: [UInt8]
  /// How long each answer may take.
  package let timeLimit: Duration
  /// How many answers may come before the last one.
  package var maximumPartCount = 0

  /// The longest message, either way, in bytes.
  package static let maximumMessageSize = 1 << 16

  /// - Parameters:
  ///   - number: Chosen by the caller; answers come with it.
  ///   - file: What to read.
  ///   - range: The bytes of the file that count.
  ///   - message: What the handler in the worker is told.
  ///   - timeLimit: How long each answer may take.
  package init(
    number: Int, file: WorkerFile, range: Range<Int>, message: [UInt8], timeLimit: Duration
  ) {
    precondition(range.lowerBound >= 0, "bytes \(range) of a file")
    precondition(
      message.count <= Self.maximumMessageSize,
      "a task's message of \(message.count) bytes, over the limit of \(Self.maximumMessageSize)")
    (self.number, self.file, self.range) = (number, file, range)
    (self.message, self.timeLimit) = (message, timeLimit)
  }
}
