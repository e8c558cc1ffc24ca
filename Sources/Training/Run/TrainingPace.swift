/// The speed of a training and the time that remains.
///
/// Both are measured over the last minute of this process alone: a resumed run does not know its earlier
/// speed. Validations are measured apart.
struct TrainingPace {
  private typealias Instant = ContinuousClock.Instant

  /// A moment of learning, in seconds without pauses.
  private struct Mark {
    let time: Double
    let step: Int
    let captions: Int
  }
  /// The last step of each epoch.
  private let ends: [Int]
  private let evaluationInterval: Interval
  private var marks: [Mark] = []
  private var captions = 0
  private let start = ContinuousClock.now
  private var paused = 0.0
  /// The duration of the last validation, in seconds.
  private var evaluation = 0.0
  private var pauseStart: Double?

  private static let memory = 60.0
  /// The least number of seconds between two marks.
  private static let spacing = 0.5

  /// Creates the pace of a training from the number of steps in each epoch.
  ///
  /// The end of the training is always validated.
  init(_ stepCounts: [Int], evaluationInterval: Interval = .epochs(1)) {
    self.evaluationInterval = evaluationInterval
    ends = stepCounts.indices.map { stepCounts[...$0].reduce(0, +) }
  }

  /// Counts a step.
  ///
  /// The first step starts the measurement and is not part of it: it waits for work that later ones find
  /// done.
  mutating func count(step: Int, captions: Int, at now: ContinuousClock.Instant = .now) {
    self.captions += captions
    let mark = Mark(time: seconds(to: now) - paused, step: step, captions: self.captions)
    // The newest mark is always replaced until it lies far enough from the one before.
    if marks.count >= 2, mark.time - marks[marks.count - 2].time < Self.spacing {
      marks[marks.count - 1] = mark
    } else {
      marks.append(mark)
    }
    while marks.count > 2, mark.time - marks[1].time > Self.memory { marks.removeFirst() }
  }

  /// Pauses the measurement of steps, for a validation.
  mutating func pause(at now: ContinuousClock.Instant = .now) { pauseStart = seconds(to: now) }

  /// Resumes the measurement of steps.
  mutating func resume(at now: ContinuousClock.Instant = .now) {
    guard let start = pauseStart else { return }
    evaluation = seconds(to: now) - start
    paused += evaluation
    pauseStart = nil
  }

  /// The number of captions per second; nil before enough steps have been measured.
  var captionsPerSecond: Double? {
    measured.map { Double($1.captions - $0.captions) / ($1.time - $0.time) }
  }

  /// The seconds until the end; nil before enough steps have been measured.
  var remaining: Double? {
    guard let (first, last) = measured else { return nil }
    let perStep = (last.time - first.time) / Double(last.step - first.step)
    let left = max(0, (ends.last ?? 0) - last.step)
    return Double(left) * perStep + Double(evaluationsLeft(after: last.step)) * evaluation
  }

  private func evaluationsLeft(after step: Int) -> Int {
    switch evaluationInterval {
    case .steps(let count):
      let end = ends.last ?? 0
      return end / count - step / count + (end.isMultiple(of: count) ? 0 : 1)
    case .epochs(let count):
      return ends.indices.count { epoch in
        ends[epoch] > step && ((epoch + 1).isMultiple(of: count) || epoch + 1 == ends.count)
      }
    }
  }

  /// The first and the last mark; nil unless they are at least two steps and 0.2 seconds apart.
  private var measured: (first: Mark, last: Mark)? {
    guard let first = marks.first, let last = marks.last, last.step - first.step >= 2,
      last.time - first.time >= 0.2
    else { return nil }
    return (first, last)
  }

  private func seconds(to now: ContinuousClock.Instant) -> Double {
    let parts = start.duration(to: now).components
    return Double(parts.seconds) + Double(parts.attoseconds) * 1e-18
  }
}
