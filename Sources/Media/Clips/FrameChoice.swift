/// Which of the frames of a clip are seen at given times, told as the frames come by.
///
/// A frame is seen until the next one. So it is known to be wanted only when the next one has come, and one
/// frame is kept meanwhile.
struct FrameChoice {
  private let times: [Double]
  private var firstOpen = 0
  private var kept: Double?

  /// - Parameter times: In ascending order.
  init(times: [Double]) { self.times = times }

  /// The times for which no frame is chosen yet.
  var targets: ArraySlice<Double> { times[firstOpen...] }
  var isComplete: Bool { firstOpen == times.count }
  var hasFrame: Bool { kept != nil }

  /// Takes note of a new frame, which is to be kept afterwards.
  ///
  /// - Returns: The places of all times that see the frame kept so far.
  mutating func see(_ time: Double) -> Range<Int>? {
    defer { kept = time }
    // Before the first frame there is nothing to be seen but the first one.
    guard kept != nil else { return nil }
    return close { $0 < time }
  }

  /// There are no more frames: the last one is seen from then on.
  mutating func end() -> Range<Int>? {
    guard kept != nil else {
      firstOpen = times.count
      return nil
    }
    return close { _ in true }
  }

  private mutating func close(_ isSeen: (Double) -> Bool) -> Range<Int>? {
    let start = firstOpen
    while firstOpen < times.count, isSeen(times[firstOpen]) { firstOpen += 1 }
    return start == firstOpen ? nil : start..<firstOpen
  }

  /// When the kept frame is shown.
  var keptTime: Double { kept ?? 0 }
}
