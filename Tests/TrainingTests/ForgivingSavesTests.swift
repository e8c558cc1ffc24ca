import Files
import Testing

@testable import Training

@Suite("Saves that may fail")
struct ForgivingSavesTests {
  /// A disk that is full at some of the attempts to write.
  final class Disk {
    let fullAttempts: Set<Int>
    private var attemptCount = 0
    private(set) var written: [String] = []
    private(set) var said: [String] = []

    init(fullAt attempts: Set<Int>) { fullAttempts = attempts }

    func write(_ state: Int, isBest: Bool) throws {
      defer { attemptCount += 1 }
      if fullAttempts.contains(attemptCount) {
        throw FileError("run/step-\(state)", .noSpace(code: 28))
      }
      written.append(isBest ? "\(state) best" : "\(state)")
    }

    func say(_ line: String) { said.append(line) }
  }

  @Test("a failed one is said, and training goes on")
  func forgives() throws {
    let disk = Disk(fullAt: [1, 3, 4])
    var saves = ForgivingSaves<Int>(say: disk.say)
    for state in 0..<6 { try saves.save(state, by: disk.write) }
    #expect(disk.written == ["0", "2", "5"])
    #expect(disk.said.count == 3)
    #expect(
      disk.said[1].hasPrefix("run/step-3: cannot be written (No space left on device). Free some"))
    #expect(disk.said[1].hasSuffix("at the next checkpoint; 2 more failures in a row end it."))
    #expect(disk.said[2].hasSuffix("at the next checkpoint; one more failure ends it."))
  }

  @Test("the third in a row ends the training")
  func limit() throws {
    let disk = Disk(fullAt: [0, 1, 2])
    var saves = ForgivingSaves<Int>(say: disk.say)
    for state in 0..<2 { try saves.save(state, by: disk.write) }
    let failure = try #require(throws: TrainingError.self) { try saves.save(2, by: disk.write) }
    #expect(failure.kind == .checkpoint)
    #expect(
      failure.description.hasPrefix("run/step-2: cannot be written (No space left on device)."))
  }

  @Test("the last one may not fail")
  func last() throws {
    let disk = Disk(fullAt: [0])
    var saves = ForgivingSaves<Int>(say: disk.say)
    let failure = try #require(throws: TrainingError.self) {
      try saves.save(0, isLast: true, by: disk.write)
    }
    #expect(failure.kind == .checkpoint)
    #expect(disk.said.isEmpty)
  }

  @Test("the best state is written before later ones if it could not be at its time")
  func best() throws {
    let disk = Disk(fullAt: [1, 2])
    var saves = ForgivingSaves<Int>(say: disk.say)
    try saves.save(0, isBest: true, by: disk.write)
    try saves.save(1, isBest: true, by: disk.write)
    try saves.save(2, by: disk.write)
    try saves.save(3, by: disk.write)
    #expect(disk.written == ["0 best", "1 best", "3"])
  }

  @Test("a better one takes the place of a best that could not be written")
  func better() throws {
    let disk = Disk(fullAt: [0])
    var saves = ForgivingSaves<Int>(say: disk.say)
    for state in 0..<2 { try saves.save(state, isBest: true, by: disk.write) }
    #expect(disk.written == ["1 best"])
  }

  @Test("what is not the file system's fault is not forgiven")
  func divergence() {
    var saves = ForgivingSaves<Int>(say: { _ in })
    #expect(throws: TrainingError(.diverged, "diverged")) {
      try saves.save(0) { _, _ in throw TrainingError(.diverged, "diverged") }
    }
  }
}
