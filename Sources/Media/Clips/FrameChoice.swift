/// Selects the frames of a clip that are shown at given times, while the frames are decoded in order.
///
/// A frame is shown until the next one, so it is known to be selected only when the next one has been
/// decoded; one frame is kept meanwhile. No frame is shown for longer than an hour, as a clip of one frame
/// can claim to last for years and would get captions for all of it.
struct FrameChoice {
  static let longestStill = 3600.0

  private let times: [Double]
  private var firstOpen = 0
  private var kept: Double?

  /// - Parameter times: Times in seconds, in ascending order.
  init(times: [Double]) { self.times = times }

  /// The times for which no frame is selected yet.
  var targets: ArraySlice<Double> { times[firstOpen...] }
  var isComplete: Bool { firstOpen == times.count }
  var hasFrame: Bool { kept != nil }

  /// Records a new frame, which the caller keeps afterwards.
  ///
  /// - Returns: The indices of the times at which the frame kept so far is shown; nil if there are none.
  mutating func see(_ time: Double) -> Range<Int>? {
    defer { kept = time }
    // Times before the first frame select the first frame.
    guard kept != nil else { return nil }
    return close(before: time)
  }

  /// Ends the clip: the last frame is shown at all remaining times.
  mutating func end() -> Range<Int>? {
    guard kept != nil else {
      firstOpen = times.count
      return nil
    }
    return close(before: .infinity)
  }

  /// Returns the indices of the open times before `end` at which the kept frame is shown; nil if there are
  /// none.
  private mutating func close(before end: Double) -> Range<Int>? {
    let places = firstOpen..<(times[firstOpen...].firstIndex { $0 >= end } ?? times.count)
    guard let last = places.last else { return nil }
    firstOpen = places.upperBound
    let start = places.first { times[$0] >= keptTime - Self.longestStill } ?? last
    let stop = places[(start + 1)...].first { times[$0] > keptTime + Self.longestStill }
    return start..<(stop ?? places.upperBound)
  }

  /// The presentation time of the kept frame, in seconds.
  var keptTime: Double { kept ?? 0 }
}
