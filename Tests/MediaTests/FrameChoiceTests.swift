import Testing

@testable import Media

@Suite("Frames seen at given times")
struct FrameChoiceTests {
  /// Returns the indices of the times at which each frame of `shown` is visible, and those of the last one.
  func places(_ times: [Double], shown: [Double]) -> [Range<Int>?] {
    var choice = FrameChoice(times: times)
    return shown.map { choice.see($0) } + [choice.end()]
  }

  @Test("A frame is seen until the next one, the first before it, and the last after it")
  func order() {
    #expect(places([0, 1, 2, 3], shown: [0.5, 1.5, 1.7]) == [nil, 0..<2, nil, 2..<4])
    #expect(places([0, 1], shown: []) == [nil])
    #expect(places([], shown: [0, 1]) == [nil, nil, nil])
  }

  @Test("A frame is seen for an hour at most, before it and after it")
  func stillness() {
    let times = (0..<10).map { 1800 * Double($0) }
    #expect(places(times, shown: [0]) == [nil, 0..<3])
    #expect(places(times, shown: [9000]) == [nil, 3..<8])
    #expect(places(times, shown: [0, 9000]) == [nil, 0..<3, 5..<8])
  }

  @Test("But one time at least sees the only frame, however far away")
  func farAway() {
    #expect(places([5e6, 6e6], shown: [0]) == [nil, 0..<1])
    #expect(places([0, 1], shown: [1e7]) == [nil, 1..<2])
  }
}
