import BatchCaptioning
import Captioning
import Files
import Media
import Reports

/// The messages of a batch: progress, failures and the end.
struct BatchLines {
  let progress: Progress
  private let output: String

  init(_ progress: Progress, output: String) { (self.progress, self.output) = (progress, output) }

  // MARK: Before

  /// Warns about unreadable lines of a journal.
  func brokenLines(_ count: Int, of path: String) {
    guard count > 0 else { return }
    warn(
      "\(path): \(count.counted("line")) cannot be read. Their files are captioned again, and the "
        + "lines are dropped at the end.")
  }

  /// Shows the number of inputs found so far.
  func looking(_ count: Int) {
    progress.show {
      ProgressReport(
        head: "looking for files", share: 0, short: [count.grouped], long: [count.grouped],
        json: ["event": "survey", "inputs": .number(Double(count))])
    }
  }

  /// Prints the inputs of the batch.
  func introduce(_ survey: BatchSurvey, _ title: String, _ shard: Shard, _ variable: String?) {
    progress.clear()
    if shard != .whole {
      let reason = variable.map { " ($\($0))" } ?? ""
      progress.say("shard \(shard.index)/\(shard.count), counted from 0\(reason)")
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

  /// Prints how to include links that were left out.
  func adviseFollowingLinks() {
    progress.say("to follow symbolic links, add --follow-links")
  }

  /// Names a file that gets no row, at the debug level.
  func leaveOut(_ entry: BatchInputs.LeftOut.Entry) {
    let name = visible(entry.name).replacing("\n", with: "\\n")
    progress.say("left out: \(name) (\(entry.reason.text(of: 1)))", at: .debug)
  }

  // MARK: Meanwhile

  /// Prints the error or the warnings of a file, and shows the progress of the batch.
  func report(_ result: CaptionResult, _ job: borrowing BatchJob) {
    switch result.outcome {
    case .failure(let error): fail(error.description)
    case .success(let picture):
      for warning in picture.warnings {
        if warning.isRemark {
          progress.say(visible("cutline: \(result.file): \(warning.message)"), at: .debug)
        } else {
          warn("\(result.file): \(warning.message); using what was decoded.")
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
        "stopped with \(counts.done.grouped) of \(counts.inputs.grouped) done. To resume, run the same command "
          + "again.")
    case .tooManyFailures:
      fail(
        "\(newFailureCount.grouped) files failed, which is more than --max-failures allows; stopped with "
          + "\(counts.done.grouped) of \(counts.inputs.grouped) done (see \(place)). To continue "
          + "anyway, run it again without --max-failures.")
    case .finished, .failed:
      let withheld = counts.withheld > 0 ? " (\(counts.withheld.grouped) withheld)" : ""
      progress.say(
        visible(
          "done \(counts.captioned.grouped)\(withheld), failed \(counts.failed.grouped) (see \(place))  \(time)"
        ))
      progress.say(visible(advice(summary)))
    }
  }

  private func advice(_ summary: BatchSummary) -> String {
    if summary.shard != .whole {
      return "once all \(summary.shard.count) shards are done:  cutline batch --merge -o \(output)"
    }
    return summary.counts.failed > 0
      ? "to retry them:  the same command with --retry-failed"
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
  /// Creates the report of a batch after `file`.
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

/// Returns the end of a path, as long as a line with a bar has room for.
private func shortened(_ path: String) -> String {
  let text = visible(path).replacing("\n", with: "\\n")
  return text.count <= 24 ? text : "…\(text.suffix(23))"
}

/// Returns seconds in a readable form: `6 min 41 s`.
func durationText(_ seconds: Double) -> String {
  let total = Int(min(max(seconds, 0), 1e12).rounded())
  if total < 60 { return "\(total) s" }
  let (hours, minutes) = (total / 3600, total / 60 % 60)
  return hours > 0 ? "\(hours) h \(minutes) min" : "\(minutes) min \(total % 60) s"
}

extension Int {
  /// Returns the number with its noun: `1 file`, `1,240 files`.
  fileprivate func counted(_ noun: String) -> String {
    self == 1 ? "1 \(noun)" : "\(grouped) \(noun)s"
  }
}

extension BatchInputs.LeftOut {
  /// The number of files left out for each reason, for display; empty if there are none.
  var text: String {
    Reason.allCases.filter { self[$0] > 0 }.map { "\(self[$0].grouped) \($0.text(of: self[$0]))" }
      .joined(separator: ", ")
  }
}

extension BatchInputs.LeftOut.Reason {
  /// Returns the description of `count` files that were left out for this reason.
  fileprivate func text(of count: Int) -> String {
    switch self {
    case .hidden: "hidden"
    case .notMedia: "neither picture nor video"
    case .links: count == 1 ? "link" : "links"
    case .circles: "\(count == 1 ? "link" : "links") into folders that are already searched"
    case .brokenLinks: count == 1 ? "broken link" : "broken links"
    case .archiveLinks: "\(count == 1 ? "link" : "links") in archives, read only if unpacked"
    case .replaced: "replaced by a later member of the same name"
    case .nested: "\(count == 1 ? "archive" : "archives") in archives, read only if unpacked"
    case .emptyArchives: "\(count == 1 ? "archive" : "archives") without files"
    case .rests: "\(count == 1 ? "archive" : "archives") with bytes that belong to no member"
    case .unended:
      "\(count == 1 ? "archive" : "archives") without an end mark, possibly truncated"
    case .compressed: "compressed \(count == 1 ? "file" : "files"), read only if unpacked"
    case .unreadable: "unreadable"
    case .others: "not regular files"
    case .folders: "\(count == 1 ? "subfolder" : "subfolders"), searched with -r"
    case .repeated: "given twice"
    }
  }
}
