import Training

/// How fast a training goes, and how long the rest will take.
///
/// What was done in the last minute counts, by this process alone: a run that goes on after a night
/// knows nothing of how fast it was. Evaluations are counted apart.
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
  /// What the last evaluation took, in seconds.
  private var evaluation = 0.0
  private var pauseStart: Double?

  private static let memory = 60.0
  /// Marks lie at least so many seconds apart.
  private static let spacing = 0.5

  /// A training of epochs of so many steps, with an evaluation every so often and at the end.
  init(_ stepCounts: [Int], evaluationInterval: Interval = .epochs(1)) {
    self.evaluationInterval = evaluationInterval
    ends = stepCounts.indices.map { stepCounts[...$0].reduce(0, +) }
  }

  /// Counts a step.
  ///
  /// The first one starts the measurement and is not in it: it waits for what later ones find done.
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

  /// Learning stops for a while, for an evaluation.
  mutating func pause(at now: ContinuousClock.Instant = .now) { pauseStart = seconds(to: now) }

  /// Learning goes on.
  mutating func resume(at now: ContinuousClock.Instant = .now) {
    guard let start = pauseStart else { return }
    evaluation = seconds(to: now) - start
    paused += evaluation
    pauseStart = nil
  }

  /// Nil where too little has been measured to say.
  var captionsPerSecond: Double? {
    measured.map { Double($1.captions - $0.captions) / ($1.time - $0.time) }
  }

  /// Seconds until the end; nil where too little has been measured to say.
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

  /// Two marks, if there are some steps and more than a blink between them.
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

/// Seconds as people read them: `18:40`, `2:03:00`.
func clockText(_ seconds: Double) -> String {
  let total = seconds.isFinite ? Int(min(max(seconds, 0), 1e12).rounded()) : 0
  func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
  let minutes = total / 60 % 60
  return total < 3600
    ? "\(minutes):\(twoDigits(total % 60))"
    : "\(total / 3600):\(twoDigits(minutes)):\(twoDigits(total % 60))"
}
