import CWorkers
import Files
import Glibc

/// An open file to share with workers, which is closed with its last reference.
///
/// A class, because queued tasks share it.
package final class WorkerFile: Sendable {
  let number: Int32

  /// Takes ownership of the descriptor `number`, which should be of a regular file.
  package init(owning number: Int32) { self.number = number }

  /// Creates a file in memory that holds `bytes`; errors use `name`.
  package init(holding bytes: [UInt8], name: String) throws(FileError) {
    number = bytes.withUnsafeBytes { bytes in
      // The address of an empty array may be nil, which C must not get.
      withUnsafePointer(to: 0) { cw_memory_file(bytes.baseAddress ?? .init($0), bytes.count) }
    }
    guard number >= 0 else {
      throw FileError(name, .systemCall(name: "memfd_create", code: -number))
    }
  }

  deinit { if number >= 0 { close(number) } }
}

/// A task for a worker: a range of a file, and a message.
package struct WorkerTask: Sendable {
  /// The number chosen by the caller, which replies repeat.
  package let number: Int
  package let file: WorkerFile
  /// The range of the file to read, such as one member of an archive.
  package let range: Range<Int>
  /// The message for the handler in the worker, at most `maximumMessageSize` bytes.
  package let message: [UInt8]
  /// The time limit for each answer.
  package let timeLimit: Duration
  /// The maximum number of partial answers before the last one.
  package var maximumPartCount = 0

  /// The maximum length of a message in either direction, in bytes.
  package static let maximumMessageSize = 1 << 16

  /// - Parameters:
  ///   - number: The number that replies repeat.
  ///   - file: The file to read.
  ///   - range: The range of the file to read, in bytes.
  ///   - message: The message for the handler in the worker.
  ///   - timeLimit: The time limit for each answer.
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
