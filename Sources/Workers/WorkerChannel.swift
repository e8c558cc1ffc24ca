import CWorkers
import Glibc

/// One end of the socket between an owner and a worker, over which whole messages go.
struct WorkerChannel: ~Copyable {
  let number: Int32

  /// Takes over one end, which is closed with this value.
  init(owning number: Int32) { self.number = number }

  deinit { close(number) }

  /// What came, or why nothing did.
  enum Received {
    case message([UInt8], descriptor: Int32?)
    /// The other side is gone.
    case end
    case nothingYet
    /// Longer than anything may be, or with a file where none belongs.
    case impossible
  }

  /// Sends `bytes`, and the open file `descriptor` along with them.
  ///
  /// - Parameters:
  ///   - bytes: One message.
  ///   - descriptor: A file that the other side will have open, too.
  ///   - waits: Whether to wait until there is room.
  /// - Returns: Whether it went out; if not, the other side is gone or does not read.
  func send(_ bytes: [UInt8], descriptor: Int32? = nil, waits: Bool) -> Bool {
    bytes.withUnsafeBytes { bytes in
      bytes.baseAddress.map {
        cw_send(number, $0, bytes.count, descriptor ?? -1, waits ? 1 : 0) == 0
      } ?? false
    }
  }

  /// Takes the next message.
  ///
  /// - Parameters:
  ///   - takesDescriptor: Whether an open file may come along; it is then the caller's to close.
  ///   - waits: Whether to wait for a message.
  /// - Returns: What came.
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
