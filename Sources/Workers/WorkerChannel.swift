import CWorkers
import Glibc

/// One end of the socket between an owner and a worker, which preserves message boundaries.
struct WorkerChannel: ~Copyable {
  let number: Int32

  /// Takes ownership of a descriptor, which is closed at the end of the value's lifetime.
  init(owning number: Int32) { self.number = number }

  deinit { close(number) }

  /// The result of receiving.
  enum Received {
    case message([UInt8], descriptor: Int32?)
    /// The other side has closed the socket.
    case end
    case nothingYet
    /// The message is too long, or has a file where none is allowed.
    case impossible
  }

  /// Sends `bytes` with the open file `descriptor`.
  ///
  /// - Parameters:
  ///   - bytes: One message.
  ///   - descriptor: A file to open for the other side, too; nil for none.
  ///   - waits: True to wait for room in the socket's buffer.
  /// - Returns: True if the message was sent; false if the other side is gone or does not read.
  func send(_ bytes: [UInt8], descriptor: Int32? = nil, waits: Bool) -> Bool {
    bytes.withUnsafeBytes { bytes in
      bytes.baseAddress.map {
        cw_send(number, $0, bytes.count, descriptor ?? -1, waits ? 1 : 0) == 0
      } ?? false
    }
  }

  /// Receives the next message.
  ///
  /// - Parameters:
  ///   - takesDescriptor: True to accept an open file, which the caller must close.
  ///   - waits: True to wait for a message.
  /// - Returns: The message, or the reason why there is none.
  func receive(takesDescriptor: Bool, waits: Bool) -> Received {
    var descriptor: Int32 = -1
    var outcome = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: longestWireMessage) { buffer, count in
      guard let base = buffer.baseAddress else { return }
      outcome =
        takesDescriptor
        ? cw_receive(number, base, buffer.count, &descriptor, waits ? 1 : 0)
        : cw_receive(number, base, buffer.count, nil, waits ? 1 : 0)
      count = max(outcome, 0)
    }
    switch outcome {
    case 1...: return .message(bytes, descriptor: descriptor < 0 ? nil : descriptor)
    case 0, -Int(ECONNRESET): return .end
    case -Int(EAGAIN): return .nothingYet
    default: return .impossible
    }
  }
}
