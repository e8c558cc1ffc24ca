/// A look-ahead queue between demuxer and decoder, which leaves out packets that need not be decoded.
///
/// Captioning needs only a few of a clip's thousands of frames. Two kinds of packets can be skipped without
/// changing the frames that are shown: all packets before a key frame, if no earlier frame is needed, and
/// frames that are neither needed nor used for prediction. Both require look-ahead, because a frame is shown
/// until the next one, which may come several packets later.
///
/// The queue reads and decodes nothing: packets are added as they are read, and returned as they should be
/// sent.
struct PacketWindow<Payload> {
  /// A packet; its times are in seconds.
  struct Packet {
    let payload: Payload
    /// The presentation time of its frame; nil if not stated.
    let presented: Double?
    let decoded: Double?
    /// The duration of its frame; 0 if not stated.
    var duration = 0.0
    let isKey: Bool
    /// The size in bytes.
    let size: Int
  }

  /// The next action for the caller.
  enum Step {
    /// Read another packet, and add it.
    case read
    /// Send the packet to the decoder.
    ///
    /// Its frame may be dropped if `isSpare`. The decoder is flushed first if `isDetached`.
    case send(Packet, isSpare: Bool, isDetached: Bool)
    /// Stop, as all packets were sent.
    case end
  }

  /// The limits of the queue, in packets and bytes.
  ///
  /// Beyond them packets are sent even if they may not be needed, to bound memory.
  private let (maximumCount, maximumSize): (Int, Int)

  private var waiting: [Packet] = []
  private var waitingSize = 0
  /// The presentation times of packets that were read, including those already sent that may follow waiting
  /// ones.
  private var shown: [Double] = []
  private var lastDecoded = -Double.infinity
  private var hasEnded = false
  private var isDetached = false
  /// True if timestamps are missing, so that nothing can be skipped.
  private(set) var isBlind = false

  init(maximumCount: Int = 1024, maximumSize: Int = 16 << 20) {
    (self.maximumCount, self.maximumSize) = (maximumCount, maximumSize)
  }

  /// The decoding time of the newest packet, in seconds.
  var readTime: Double { lastDecoded }
  var isEmpty: Bool { waiting.isEmpty }

  /// Adds the next packet of the file.
  ///
  /// - Parameters:
  ///   - packet: The packet to add.
  ///   - target: The first time for which a frame is still needed, in seconds. A key frame at or before it
  ///     makes the queue drop all earlier packets.
  mutating func add(_ packet: Packet, target: Double) {
    guard let presented = packet.presented else {
      isBlind = true
      return append(packet)
    }
    if packet.isKey, presented <= target, !isBlind {
      (waiting, waitingSize, shown) = ([], 0, [])
      isDetached = true
    }
    append(packet)
    shown.insert(presented, at: shown.firstIndex { $0 > presented } ?? shown.endIndex)
  }

  private mutating func append(_ packet: Packet) {
    waiting.append(packet)
    waitingSize += packet.size
    lastDecoded = max(lastDecoded, packet.decoded ?? packet.presented ?? lastDecoded)
  }

  /// Marks the end of the file.
  mutating func end() { hasEnded = true }

  /// Clears the queue, before packets from another position of the file.
  mutating func restart() {
    self = PacketWindow(maximumCount: maximumCount, maximumSize: maximumSize)
    isDetached = true
  }

  /// Returns the next step towards the frames shown at `targets`, in ascending order.
  mutating func step(towards targets: ArraySlice<Double>) -> Step {
    guard let first = waiting.first else { return hasEnded ? .end : .read }
    let isFull = waiting.count >= maximumCount || waitingSize >= maximumSize
    if !hasEnded, !isFull, !isBlind {
      // A later key frame may make all queued packets unnecessary.
      if let target = targets.first, target > lastDecoded { return .read }
      if let time = first.presented, !knowsNext(after: time) { return .read }
    }
    waiting.removeFirst()
    waitingSize -= first.size
    defer { isDetached = false }
    return .send(first, isSpare: isSpare(first, targets), isDetached: isDetached)
  }

  /// Returns true if no future packet can be shown between `time` and the known frame after it.
  private func knowsNext(after time: Double) -> Bool {
    guard let next = next(after: time) else { return false }
    return lastDecoded >= next
  }

  private func next(after time: Double) -> Double? { shown.first { $0 > time } }

  private mutating func isSpare(_ packet: Packet, _ targets: ArraySlice<Double>) -> Bool {
    guard !isBlind, let time = packet.presented else { return false }
    // Times before the earliest waiting packet are no longer needed.
    let earliest = waiting.lazy.compactMap(\.presented).min() ?? time
    defer { shown.removeAll { $0 < min(earliest, time) } }
    guard hasEnded || knowsNext(after: time) else { return false }
    let next = next(after: time) ?? .infinity
    // The first target not before the packet, nearly always one of the first in the list.
    guard let target = targets.first(where: { time <= $0 }) else { return true }
    return target >= next
  }
}
