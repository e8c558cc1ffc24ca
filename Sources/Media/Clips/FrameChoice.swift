/// Which of the frames of a clip are seen at given times, told as the frames come by.
///
/// A frame is seen until the next one. So it is known to be wanted only when the next one has come, and one
/// frame is kept meanwhile. No frame is seen for longer than an hour: a clip of one frame can say that it lasts
/// for years, and would be captioned as long.
struct FrameChoice {
  static let longestStill = 3600.0

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
    return close(before: time)
  }

  /// There are no more frames: the last one is seen from then on.
  mutating func end() -> Range<Int>? {
    guard kept != nil else {
      firstOpen = times.count
      return nil
    }
    return close(before: .infinity)
  }

  /// The places of the open times before `end` that see the kept frame: one at least, if there are any.
  private mutating func close(before end: Double) -> Range<Int>? {
    let places = firstOpen..<(times[firstOpen...].firstIndex { $0 >= end } ?? times.count)
    guard let last = places.last else { return nil }
    firstOpen = places.upperBound
    let start = places.first { times[$0] >= keptTime - Self.longestStill } ?? last
    let stop = places[(start + 1)...].first { times[$0] > keptTime + Self.longestStill }
    return start..<(stop ?? places.upperBound)
  }

  /// When the kept frame is shown.
  var keptTime: Double { kept ?? 0 }
}
