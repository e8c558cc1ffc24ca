import Reports
import Testing

@testable import Training

@Suite("Training pace")
struct TrainingPaceTests {
  /// A training with a simulated duration.
  struct Clock {
    var pace: TrainingPace
    var now = ContinuousClock.now

    init(epochs: Int, stepsPerEpoch: Int, evaluatedEvery interval: Interval = .epochs(1)) {
      pace = TrainingPace(
        Array(repeating: stepsPerEpoch, count: epochs), evaluationInterval: interval)
    }

    mutating func step(_ step: Int, seconds: Double, captions: Int = 160) {
      now += .seconds(seconds)
      pace.count(step: step, captions: captions, at: now)
    }

    mutating func evaluate(seconds: Double) {
      pace.pause(at: now)
      now += .seconds(seconds)
      pace.resume(at: now)
    }
  }

  @Test("nothing is said before two steps could be compared, and the first is not counted")
  func start() throws {
    var clock = Clock(epochs: 2, stepsPerEpoch: 100)
    #expect(clock.pace.remaining == nil && clock.pace.captionsPerSecond == nil)
    clock.step(1, seconds: 30)
    clock.step(2, seconds: 0.5)
    #expect(clock.pace.remaining == nil)
    clock.step(3, seconds: 0.5)
    #expect(abs(try #require(clock.pace.remaining) - 197 * 0.5) < 1e-6)
    #expect(abs(try #require(clock.pace.captionsPerSecond) - 320) < 1e-6)
  }

  @Test("a run that goes on counts its own steps, not those of the night before")
  func resumed() throws {
    var clock = Clock(epochs: 10, stepsPerEpoch: 100)
    for step in 701...710 { clock.step(step, seconds: 0.25) }
    #expect(abs(try #require(clock.pace.remaining) - 290 * 0.25) < 1e-6)
    #expect(abs(try #require(clock.pace.captionsPerSecond) - 640) < 1e-6)
  }

  @Test("evaluations are no learning, but the end comes later for them")
  func evaluations() throws {
    var clock = Clock(epochs: 4, stepsPerEpoch: 10)
    for step in 1...10 { clock.step(step, seconds: 1) }
    clock.evaluate(seconds: 20)
    for step in 11...15 { clock.step(step, seconds: 1) }
    // 25 steps, and the evaluations of this epoch and two more.
    #expect(abs(try #require(clock.pace.remaining) - (25 + 3 * 20)) < 1e-6)
    #expect(abs(try #require(clock.pace.captionsPerSecond) - 160) < 1e-6)
  }

  @Test(
    "evaluations are counted that are still to come, the last one included",
    arguments: [
      (.epochs(1), 3), (.epochs(2), 2), (.epochs(3), 2), (.epochs(9), 1), (.steps(4), 7),
      (.steps(6), 5), (.steps(15), 2), (.steps(16), 3), (.steps(50), 1),
    ] as [(Interval, Int)])
  func evaluationsLeft(interval: Interval, count: Int) throws {
    var clock = Clock(epochs: 4, stepsPerEpoch: 10, evaluatedEvery: interval)
    for step in 1...10 { clock.step(step, seconds: 1) }
    clock.evaluate(seconds: 20)
    for step in 11...15 { clock.step(step, seconds: 1) }
    #expect(abs(try #require(clock.pace.remaining) - Double(25 + count * 20)) < 1e-6)
  }

  @Test("what was more than a minute ago is forgotten")
  func change() throws {
    var clock = Clock(epochs: 1, stepsPerEpoch: 100_000)
    for step in 1...10_000 { clock.step(step, seconds: 0.01) }
    for step in 10_001...10_200 { clock.step(step, seconds: 0.5) }
    let left = Double(100_000 - 10_200) * 0.5
    #expect(abs(try #require(clock.pace.remaining) - left) < 0.02 * left)
  }

  @Test("at the end nothing is left")
  func end() {
    var clock = Clock(epochs: 1, stepsPerEpoch: 3)
    for step in 1...3 { clock.step(step, seconds: 1) }
    #expect(clock.pace.remaining == 0)
  }

  @Test("times are written as on a clock")
  func text() {
    #expect(clockText(0.4) == "0:00" && clockText(1120) == "18:40")
    #expect(clockText(7380) == "2:03:00" && clockText(360_000) == "100:00:00")
    #expect(clockText(-5) == "0:00" && clockText(.nan) == "0:00")
  }
}
