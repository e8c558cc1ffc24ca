import Files
import Reports
import Synchronization
import Testing

@testable import cutline

@Suite("Progress")
struct ProgressTests {
  /// The output in pieces, as it is written.
  final class Screen: Sendable {
    private let pieces = Mutex<[String]>([])
    var all: [String] { pieces.withLock { $0 } }
    func write(_ text: String) { pieces.withLock { $0.append(text) } }
  }

  static let terminal = Terminal(hasBlocks: true)
  let screen = Screen()
  let start = ContinuousClock.now

  func progress(
    _ style: ProgressStyle, level: LogLevel = .info, on terminal: Terminal? = terminal
  ) -> Progress {
    Progress(style, level: level, on: terminal, columnCount: { 60 }, write: screen.write)
  }

  static func report(_ step: Int) -> ProgressReport {
    ProgressReport(
      head: "epoch  1/20", share: Double(step) / 1000, short: ["step \(step)", "loss 3.127"],
      long: ["step \(step)", "loss 3.127", "ppl 22.8"],
      json: ["event": "step", "step": .number(Double(step))])
  }

  /// A report every 10 ms for so many seconds.
  func run(_ progress: Progress, seconds: Int) {
    for step in 0..<seconds * 100 {
      progress.show(at: start + .milliseconds(10 * step)) { Self.report(step) }
    }
  }

  @Test("a bar is redrawn in place, at once and then at most ten times a second")
  func redraws() {
    run(progress(.auto), seconds: 5)
    #expect((45...50).contains(screen.all.count))
    #expect(screen.all.allSatisfy { $0.hasPrefix("\repoch  1/20  ") && $0.hasSuffix("\u{1B}[K") })
    #expect(!screen.all.joined().contains("\n"))
    #expect(screen.all[0].contains("step 0"))
  }

  @Test("the bar of the next stage is drawn at once")
  func stages() {
    let progress = progress(.auto)
    progress.show(at: start) { Self.report(1) }
    progress.finish { Self.report(1) }
    progress.show(at: start) { Self.report(2) }
    #expect(screen.all.count == 3 && screen.all[2].contains("step 2"))
  }

  @Test("a bar is taken away before a line is written, and only if it is there")
  func lines() {
    let progress = progress(.auto)
    progress.say("one")
    run(progress, seconds: 1)
    let count = screen.all.count
    progress.say("two")
    progress.clear()
    #expect(screen.all[0] == "one\n")
    #expect(screen.all[count...] == ["\r\u{1B}[K", "two\n"])
  }

  @Test("without a terminal there are plain lines, one in ten seconds", arguments: [true, false])
  func plain(isAsked: Bool) {
    let progress = isAsked ? progress(.plain) : progress(.auto, on: nil)
    run(progress, seconds: 35)
    progress.say("done")
    #expect(
      screen.all == [
        "epoch  1/20  step 1000  loss 3.127  ppl 22.8\n",
        "epoch  1/20  step 2000  loss 3.127  ppl 22.8\n",
        "epoch  1/20  step 3000  loss 3.127  ppl 22.8\n", "done\n",
      ])
  }

  @Test("where no progress is wanted, lines that stay are still written; quiet means quiet")
  func silence() {
    let none = progress(.none)
    run(none, seconds: 30)
    none.say("done")
    #expect(screen.all == ["done\n"])
    for style in ProgressStyle.allCases {
      let quiet = progress(style, level: .error)
      run(quiet, seconds: 30)
      quiet.say("done")
      quiet.clear()
    }
    #expect(screen.all == ["done\n"])
    // What failed is said in any case.
    progress(.json, level: .error).say("failed", at: .error)
    progress(.plain, level: .error).say("doubtful", at: .warn)
    #expect(screen.all.dropFirst() == ["{\"event\":\"message\",\"text\":\"failed\"}\n"])
  }

  @Test("as JSON, every line is an object, messages too")
  func json() throws {
    let progress = progress(.json)
    run(progress, seconds: 3)
    progress.say("a \"quoted\" line")
    #expect(screen.all.count == 3)
    for line in screen.all {
      #expect(line.hasSuffix("\n"))
      #expect(try JSONValue(reading: Array(line.utf8))["event"]?.string != nil)
    }
    #expect(screen.all.last == "{\"event\":\"message\",\"text\":\"a \\\"quoted\\\" line\"}\n")
  }

  @Test("a bar never fills the last column, however narrow or wide the window is")
  func widths() {
    for columns in 1...200 {
      for terminal in [Self.terminal, Terminal(hasBlocks: false)] {
        let line = Progress.bar(Self.report(500), on: terminal, columnCount: columns)
        #expect(line.count <= columns - 1, "\(columns): \(line)")
      }
    }
    let line = Progress.bar(Self.report(500), on: Self.terminal, columnCount: 200)
    #expect(line.contains(String(repeating: "\u{2588}", count: 15) + "\u{2591}"))
    #expect(line.hasSuffix("step 500  loss 3.127"))
  }

  @Test("a bar has its width at every share, even those that make no sense")
  func shares() {
    for share in [-1, 0, 0.001, 0.31, 0.5, 0.999, 1, 7, .infinity, .nan] as [Double] {
      for terminal in [Self.terminal, Terminal(hasBlocks: false)] {
        for width in [5, 12, 30] { #expect(terminal.bar(share, width: width).count == width) }
      }
    }
    #expect(Terminal(hasBlocks: false).bar(0.5, width: 10) == "[####....]")
    #expect(Terminal(hasBlocks: true).bar(0.3125, width: 4) == "\u{2588}\u{258E}\u{2591}\u{2591}")
  }
}
