import Testing

@testable import Media

@Suite("Which packets of a clip are decoded")
struct PacketWindowTests {
  typealias Window = PacketWindow<Int>

  /// Groups of pictures as encoders write them, in decoding order: I P B B P B B ….
  ///
  /// Each B frame is shown before the P frame that it follows. Frame n is shown at time n.
  struct Clip {
    let packets: [Window.Packet]

    init(groupCount: Int, groupSize: Int = 13, isKey: (Int) -> Bool = { _ in true }) {
      var packets: [Window.Packet] = []
      for group in 0..<groupCount {
        let start = group * groupSize
        var order = [0]
        for p in stride(from: 3, to: groupSize, by: 3) { order += [p, p - 2, p - 1] }
        for place in order {
          let time = Double(start + place)
          packets.append(
            Window.Packet(
              payload: start + place, presented: time, decoded: Double(packets.count) - 2,
              isKey: place == 0 && isKey(group), size: 100))
        }
      }
      self.packets = packets
    }
  }

  /// Returns the frames sent as needed and as spare, and those where the decoder was flushed, for `targets`.
  func sent(
    _ packets: [Window.Packet], targets: [Double], _ window: Window = Window()
  ) -> (needed: [Int], spare: [Int], detachedAt: [Int]) {
    var window = window
    var (needed, spare, detached): ([Int], [Int], [Int]) = ([], [], [])
    var rest = packets[...]
    var choice = FrameChoice(times: targets)
    // A decoder outputs frames in presentation order.
    var inside: [Double] = []
    func out(_ limit: Double) {
      for time in inside.sorted() where time <= limit { _ = choice.see(time) }
      inside.removeAll { $0 <= limit }
    }
    while let target = choice.targets.first {
      switch window.step(towards: choice.targets) {
      case .read:
        if let packet = rest.popFirst() { window.add(packet, target: target) } else { window.end() }
      case .send(let packet, let isSpare, let isDetached):
        if isDetached { detached.append(packet.payload) }
        if isDetached { inside = [] }
        if isSpare { spare.append(packet.payload) } else { needed.append(packet.payload) }
        // A spare frame that others depend on is decoded nevertheless.
        let isReference = packet.payload % 13 % 3 == 0
        if let time = packet.presented, !isSpare || isReference { inside.append(time) }
        out((packet.decoded ?? 0) - 1)
      case .end:
        out(.infinity)
        _ = choice.end()
      }
    }
    return (needed, spare, detached)
  }

  @Test("only wanted frames are decoded for their own sake")
  func wanted() {
    let clip = Clip(groupCount: 1, groupSize: 39)
    let sent = sent(clip.packets, targets: [4.5, 20, 20.9, 31.2])
    #expect(sent.needed == [4, 20, 31])
    // Reference frames are still sent.
    #expect(sent.spare.contains(3) && sent.spare.contains(30))
  }

  @Test("groups in which nothing is wanted are left out, and the decoder starts anew behind them")
  func groups() {
    let clip = Clip(groupCount: 9)
    let sent = sent(clip.packets, targets: [50, 100])
    #expect(sent.needed == [50, 100])
    // That frame 50 is selected is known only when a later frame comes out, for which a few more are sent.
    #expect((sent.needed + sent.spare).allSatisfy { $0 >= 39 && !(60..<91).contains($0) })
    #expect(sent.detachedAt == [39, 91])
  }

  @Test("frames before a key frame in time, but behind it in the file, keep the group before")
  func leadingFrames() {
    // Decoding order I0 P3 B1 B2 I6 B4 B5 …: 4 and 5 are predicted from 3 and 6.
    let order = [0, 3, 1, 2, 6, 4, 5, 9, 7, 8]
    let packets = order.enumerated().map {
      Window.Packet(
        payload: $1, presented: Double($1), decoded: Double($0) - 2, isKey: $1 % 6 == 0, size: 1)
    }
    let sent = sent(packets, targets: [5])
    #expect(sent.needed == [5] && sent.spare.contains(3) && sent.spare.contains(6))
  }

  @Test("without times nothing is left out")
  func blind() {
    let packets = (0..<20).map {
      Window.Packet(payload: $0, presented: nil, decoded: nil, isKey: $0 % 5 == 0, size: 1)
    }
    var window = Window()
    for packet in packets { window.add(packet, target: 1000) }
    window.end()
    var count = 0
    while case .send(_, let isSpare, let isDetached) = window.step(towards: [1000]) {
      #expect(!isSpare && !isDetached)
      count += 1
    }
    #expect(count == 20)
  }

  @Test("looks ahead no further than it may, and then decodes rather than guesses")
  func bounded() {
    let clip = Clip(groupCount: 1, groupSize: 400)
    let sent = sent(clip.packets, targets: [350.5], Window(maximumCount: 8, maximumSize: 1 << 20))
    #expect(sent.needed.contains(350))
    #expect(sent.needed.count < 10)
    var window = Window(maximumCount: 1000, maximumSize: 450)
    for packet in clip.packets.prefix(5) { window.add(packet, target: 350) }
    guard case .send = window.step(towards: [350]) else {
      Issue.record("grows beyond its size")
      return
    }
  }

  @Test("before the first frame the first is seen, after the last one the last, each once")
  func choice() {
    var choice = FrameChoice(times: [-1, 0, 0.5, 1, 5, 9])
    #expect(choice.see(0.25) == nil && choice.hasFrame)
    #expect(choice.see(1) == 0..<3)
    #expect(choice.see(4) == 3..<4)
    #expect(choice.see(4.5) == nil)
    #expect(choice.keptTime == 4.5 && !choice.isComplete)
    #expect(choice.end() == 4..<6)
    #expect(choice.isComplete)
    var empty = FrameChoice(times: [1])
    #expect(empty.end() == nil && empty.isComplete)
  }
}
