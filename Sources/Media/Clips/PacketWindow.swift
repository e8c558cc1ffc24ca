/// The packets of a clip between the file and the decoder, some of which need not be decoded.
///
/// Of a clip of thousands of frames a captioner wants a few. Two kinds of packets can be left out without
/// changing what is seen: all before a key frame, if nothing before it is wanted, and frames that nobody
/// wants and that no other frame is predicted from. For both one must look ahead: a frame is shown until
/// the next one, which may come several packets later.
///
/// Does not decode or read anything: packets go in as they are read, and come out as they should be sent.
struct PacketWindow<Payload> {
  /// A packet, its times in seconds.
  struct Packet {
    let payload: Payload
    /// When its frame is shown; nil where the file does not say.
    let presented: Double?
    let decoded: Double?
    /// How long its frame is shown; 0 where the file does not say.
    var duration = 0.0
    let isKey: Bool
    /// In bytes.
    let size: Int
  }

  /// What to do next.
  enum Step {
    /// Read another packet, and add it.
    case read
    /// Decode this one; if `isSpare`, only if other frames need it. If `isDetached`, what the decoder
    /// knows from before no longer counts.
    case send(Packet, isSpare: Bool, isDetached: Bool)
    /// All has been sent.
    case end
  }

  /// How far it looks ahead at most: what is decoded needlessly is better than what fills the memory.
  private let (maximumCount, maximumSize): (Int, Int)

  private var waiting: [Packet] = []
  private var waitingSize = 0
  /// When the frames are shown that were read, sent ones too as far as they may follow waiting ones.
  private var shown: [Double] = []
  private var lastDecoded = -Double.infinity
  private var hasEnded = false
  private var isDetached = false
  /// Whether times are missing, so that nothing can be left out.
  private(set) var isBlind = false

  init(maximumCount: Int = 1024, maximumSize: Int = 16 << 20) {
    (self.maximumCount, self.maximumSize) = (maximumCount, maximumSize)
  }

  /// When the newest packet is decoded.
  var readTime: Double { lastDecoded }
  var isEmpty: Bool { waiting.isEmpty }

  /// Adds the next packet of the file.
  ///
  /// - Parameters:
  ///   - packet: The packet.
  ///   - target: The first time for which a frame is still wanted; at a key frame up to then, all
  ///     packets before it are left out.
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

  /// The file has no more packets.
  mutating func end() { hasEnded = true }

  /// Forgets everything, as before packets from another place of the file.
  mutating func restart() {
    self = PacketWindow(maximumCount: maximumCount, maximumSize: maximumSize)
    isDetached = true
  }

  /// The next step towards the frames for `targets`, times that ascend.
  mutating func step(towards targets: ArraySlice<Double>) -> Step {
    guard let first = waiting.first else { return hasEnded ? .end : .read }
    let isFull = waiting.count >= maximumCount || waitingSize >= maximumSize
    if !hasEnded, !isFull, !isBlind {
      // A key frame may come that makes all of these needless.
      if let target = targets.first, target > lastDecoded { return .read }
      if let time = first.presented, !knowsNext(after: time) { return .read }
    }
    waiting.removeFirst()
    waitingSize -= first.size
    defer { isDetached = false }
    return .send(first, isSpare: isSpare(first, targets), isDetached: isDetached)
  }

  /// Whether no packet to come can be shown sooner than the one known to follow `time`.
  private func knowsNext(after time: Double) -> Bool {
    guard let next = next(after: time) else { return false }
    return lastDecoded >= next
  }

  private func next(after time: Double) -> Double? { shown.first { $0 > time } }

  private mutating func isSpare(_ packet: Packet, _ targets: ArraySlice<Double>) -> Bool {
    guard !isBlind, let time = packet.presented else { return false }
    // Nothing before the earliest of those that wait is asked about any more.
    let earliest = waiting.lazy.compactMap(\.presented).min() ?? time
    defer { shown.removeAll { $0 < min(earliest, time) } }
    guard hasEnded || knowsNext(after: time) else { return false }
    let next = next(after: time) ?? .infinity
    // The first that is not before it; nearly always one of the first there are.
    guard let target = targets.first(where: { time <= $0 }) else { return true }
    return target >= next
  }
}
