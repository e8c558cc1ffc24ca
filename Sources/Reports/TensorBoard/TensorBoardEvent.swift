/// An entry of a TensorBoard event file (tensorflow/core/util/event.proto).
struct TensorBoardEvent {
  enum Content: Equatable {
    /// The first event of every file.
    case fileVersion
    /// An event that discards this step and all later ones.
    case restart
    case scalars([Scalar])
  }

  struct Scalar: Equatable {
    let tag: String
    let value: Float
  }

  /// Seconds since 1970.
  let time: Double
  let step: Int
  let content: Content

  /// The event as a record: length, checksum, message, checksum.
  var record: [UInt8] {
    let message = message.bytes
    let length = littleEndian(UInt64(message.count))
    return length + littleEndian(CRC32C.maskedChecksum(length)) + message
      + littleEndian(CRC32C.maskedChecksum(message))
  }

  private var message: ProtocolBuffer {
    var event = ProtocolBuffer()
    event.add(1, time)
    event.add(2, step)
    switch content {
    case .fileVersion: event.add(3, Array("brain.Event:2".utf8))
    case .restart:
      var log = ProtocolBuffer()
      log.add(1, 1)  // SessionLog.START
      event.add(7, log.bytes)
    case .scalars(let scalars):
      var summary = ProtocolBuffer()
      for scalar in scalars {
        var value = ProtocolBuffer()
        value.add(1, Array(scalar.tag.utf8))
        value.add(2, scalar.value)
        summary.add(1, value.bytes)
      }
      event.add(5, summary.bytes)
    }
    return event
  }
}

/// A message in the wire format of Protocol Buffers; fields are added in the order of their numbers.
private struct ProtocolBuffer {
  private(set) var bytes: [UInt8] = []

  private enum WireType: Int {
    case varint = 0
    case eightBytes = 1
    case counted = 2
    case fourBytes = 5
  }

  mutating func add(_ field: Int, _ value: Double) {
    add(field, .eightBytes)
    bytes += littleEndian(value.bitPattern)
  }

  /// Adds a number even if it is zero, as needed for a member of a `oneof`.
  mutating func add(_ field: Int, _ value: Float) {
    add(field, .fourBytes)
    bytes += littleEndian(value.bitPattern)
  }

  /// Adds a number unless it is zero, which readers assume.
  mutating func add(_ field: Int, _ value: Int) {
    if value == 0 { return }
    add(field, .varint)
    add(varint: UInt64(bitPattern: Int64(value)))
  }

  mutating func add(_ field: Int, _ content: [UInt8]) {
    add(field, .counted)
    add(varint: UInt64(content.count))
    bytes += content
  }

  private mutating func add(_ field: Int, _ type: WireType) {
    add(varint: UInt64(field << 3 | type.rawValue))
  }

  /// Seven bits a byte, the lowest first.
  private mutating func add(varint value: UInt64) {
    var rest = value
    while rest >= 128 {
      bytes.append(UInt8(rest & 127 | 128))
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

private func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
