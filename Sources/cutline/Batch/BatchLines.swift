import BatchCaptioning
import Captioning
import Files
import Media
import Reports

/// What a batch has to say: how far it is, what failed, and how it ended.
struct BatchLines {
  let progress: Progress
  private let output: String

  init(_ progress: Progress, output: String) { (self.progress, self.output) = (progress, output) }

  // MARK: Before

  /// Says that lines of a journal are of no use.
  func brokenLines(_ count: Int, of path: String) {
    guard count > 0 else { return }
    warn(
      "\(path): \(count.counted("line")) cannot be read. What they were about is captioned again, and "
        + "they are left out in the end.")
  }

  /// Shows how many inputs there are so far.
  func looking(_ count: Int) {
    progress.show {
      ProgressReport(
        head: "looking for files", share: 0, short: [count.grouped], long: [count.grouped],
        json: ["event": "survey", "inputs": .number(Double(count))])
    }
  }

  /// Says what there is to do.
  func introduce(_ survey: BatchSurvey, _ title: String, _ shard: Shard, _ variable: String?) {
    progress.clear()
    if shard != .whole {
      let reason = variable.map { ", by $\($0)" } ?? ""
      progress.say("shard \(shard.index) of 0 to \(shard.count - 1)\(reason)")
    }
    let kinds = [(survey.videoCount, "video"), (survey.imageCount, "image")]
      .filter { $0.0 > 0 }.map { "\($0.grouped) \($1)" }.joined(separator: ", ")
    let done = survey.counts.done > 0 ? ", \(survey.counts.done.grouped) already done" : ""
    progress.say(
      visible("\(title)  \(survey.counts.inputs.counted("file"))")
        + (kinds.isEmpty ? "" : " (\(kinds))") + done)
    let leftOut = survey.leftOut.text
    if !leftOut.isEmpty { progress.say("left out: \(leftOut)") }
  }

  /// Says how links that were left out could be read.
  func adviseFollowingLinks() {
    progress.say("to read what links lead to, add --follow-links")
  }

  /// Names a file that gets no row, for those who want to know.
  func leaveOut(_ entry: BatchInputs.LeftOut.Entry) {
    let name = visible(entry.name).replacing("\n", with: "\\n")
    progress.say("left out: \(name) (\(entry.reason.text(of: 1)))", at: .debug)
  }

  // MARK: Meanwhile

  /// Says what is wrong with a file, and shows how far the batch is.
  func report(_ result: CaptionResult, _ job: borrowing BatchJob) {
    switch result.outcome {
    case .failure(let error): fail(error.description)
    case .success(let picture):
      for warning in picture.warnings {
        if warning.isRemark {
          progress.say(visible("cutline: \(result.file): \(warning.message)"), at: .debug)
        } else {
          warn("\(result.file): \(warning.message); used what is there.")
        }
      }
    }
    let summary = job.summary
    progress.show { ProgressReport(summary, file: result.file) }
  }

  private func warn(_ text: String) { progress.say(visible("cutline: \(text)"), at: .warn) }

  private func fail(_ text: String) { progress.say(visible("cutline: \(text)"), at: .error) }

  // MARK: After

  func finish(_ summary: BatchSummary, newFailureCount: Int, limit: BatchJob.FailureLimit?) {
    let counts = summary.counts
    let time = durationText(summary.seconds)
    let place = BatchSummary.path(in: output, summary.shard)
    switch summary.end {
    case .interrupted:
      progress.say(
        "stopped with \(counts.done.grouped) of \(counts.inputs.grouped) done. To go on, type the same "
          + "again.")
    case .tooManyFailures:
      fail(
        "\(newFailureCount.grouped) files failed, which is more than --max-failures allows; stopped with "
          + "\(counts.done.grouped) of \(counts.inputs.grouped) done (see \(place)). To go on all the "
          + "same, type it again without --max-failures.")
    case .finished, .failed:
      progress.say(
        visible(
          "done \(counts.captioned.grouped), failed \(counts.failed.grouped) (see \(place))  \(time)"
        ))
      progress.say(visible(advice(summary)))
    }
  }

  private func advice(_ summary: BatchSummary) -> String {
    if summary.shard != .whole {
      return "once all \(summary.shard.count) shards are done:  cutline batch --merge -o \(output)"
    }
    return summary.counts.failed > 0
      ? "try those again:  the same with --retry-failed"
      : "the captions are in \(output)/\(summary.shard.journalName)"
  }

  func merged(_ summary: BatchSummary) {
    progress.say(
      visible(
        "merged \(summary.counts.done.grouped) rows, \(summary.counts.failed.grouped) of them failures, "
          + "into \(output)/\(summary.shard.journalName)"))
  }
}

extension ProgressReport {
  /// A batch after `file`.
  fileprivate init(_ summary: BatchSummary, file: String) {
    let (done, total) = (summary.counts.done, max(summary.counts.inputs, 1))
    let left = max(0, total - done)
    let rate = summary.filesPerSecond
    let eta = rate > 0 && summary.seconds > 1 ? Double(left) / rate : nil
    let failed = summary.counts.failed > 0 ? "failed \(summary.counts.failed.grouped)" : nil
    let words = [
      "\(done * 100 / total) %", "\(done.grouped)/\(total.grouped)",
      rate > 0 ? "\(rate.text(places: 1)) files/s" : nil, eta.map { "ETA \(clockText($0))" },
      failed,
    ].compactMap(\.self)
    var members: [JSONValue.Member] = [
      .init("event", "batch"), .init("done", .number(Double(done))),
      .init("total", .number(Double(total))),
      .init("failed", .number(Double(summary.counts.failed))),
      .init("files_per_second", .number((rate * 100).rounded() / 100)),
    ]
    if let eta { members.append(.init("eta_seconds", .number(eta.rounded()))) }
    members.append(.init("file", .string(visibleName(file))))
    self.init(
      head: "captions", share: Double(done) / Double(total), short: words + [shortened(file)],
      long: words + [visible(file).replacing("\n", with: "\\n")], json: .object(members))
  }
}

/// The end of a path, as much as a line with a bar has room for.
private func shortened(_ path: String) -> String {
  let text = visible(path).replacing("\n", with: "\\n")
  return text.count <= 24 ? text : "…\(text.suffix(23))"
}

/// Seconds as people say them: `6 min 41 s`.
func durationText(_ seconds: Double) -> String {
  let total = Int(min(max(seconds, 0), 1e12).rounded())
  if total < 60 { return "\(total) s" }
  let (hours, minutes) = (total / 3600, total / 60 % 60)
  return hours > 0 ? "\(hours) h \(minutes) min" : "\(minutes) min \(total % 60) s"
}

extension Int {
  /// With its noun: `1 file`, `1,240 files`.
  fileprivate func counted(_ noun: String) -> String {
    self == 1 ? "1 \(noun)" : "\(grouped) \(noun)s"
  }
}

extension BatchInputs.LeftOut {
  /// What was left out and why, for people; nothing if all was taken.
  var text: String {
    Reason.allCases.filter { self[$0] > 0 }.map { "\(self[$0].grouped) \($0.text(of: self[$0]))" }
      .joined(separator: ", ")
  }
}

extension BatchInputs.LeftOut.Reason {
  /// What so many files are that were left out for this.
  fileprivate func text(of count: Int) -> String {
    switch self {
    case .hidden: "hidden"
    case .notMedia: "neither picture nor video"
    case .links: count == 1 ? "link" : "links"
    case .circles: "\(count == 1 ? "link" : "links") into folders that are gone through already"
    case .brokenLinks: "\(count == 1 ? "link" : "links") to what is not there"
    case .archiveLinks: "\(count == 1 ? "link" : "links") in archives, to be read once unpacked"
    case .replaced: "replaced by a later member of the same name"
    case .nested: "\(count == 1 ? "archive" : "archives") in archives, to be read once unpacked"
    case .emptyArchives: "\(count == 1 ? "archive" : "archives") without files"
    case .rests: "\(count == 1 ? "archive" : "archives") with bytes that belong to no member"
    case .unended:
      "\(count == 1 ? "archive" : "archives") without an end mark, which may have been cut off"
    case .compressed: "compressed once more, to be read once unpacked"
    case .unreadable: "that cannot be opened"
    case .others: "no files"
    case .folders: "in need of -r"
    case .repeated: "given twice"
    }
  }
}
