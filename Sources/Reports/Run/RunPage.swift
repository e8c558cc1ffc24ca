import Files

/// A training run as one HTML file that needs no network: curves, scores, settings, and samples of the best validation.
///
/// It is made from the files of the run, and holds no times: a run that was killed and resumed has the same page.
package struct RunPage: Sendable {
  package static let fileName = "report.html"

  /// The folder of the run.
  let run: String
  /// The rows of its log.
  let rows: [TrainingRow]
  /// Its `config.json`.
  let configuration: JSONValue
  /// The number of epochs of the plan; nil where it is not known.
  let epochCount: Int?
  /// True if the axis of the losses is logarithmic.
  package var hasLogarithmicLoss = false

  /// Reads a run.
  ///
  /// - Parameters:
  ///   - run: The folder of the run.
  ///   - rows: The rows of its log; nil reads them.
  /// - Throws: `RunPageError` if the folder is no run; `FileError` if a file cannot be read.
  package init(of run: String, _ rows: [TrainingRow]? = nil) throws {
    self.run = run
    guard let configuration = try Self.configuration(of: run) else { throw RunPageError(path: run) }
    self.configuration = configuration
    self.rows = try rows ?? TrainingLog.rows(in: run)
    epochCount = configuration["settings"]?["epochs"]?.integer
  }

  /// True if `path` is the folder of a run.
  package static func isRun(_ path: String) -> Bool {
    isFolder(path) && (try? configuration(of: path)) != nil
  }

  private static func configuration(of run: String) throws -> JSONValue? {
    let path = "\(run)/config.json"
    guard isFile(path) else { return nil }
    let json = try MappedFile(path, limit: 1 << 24).withBytes { try? JSONValue(reading: $0) }
    return json?["schema"]?.string == "cutline.run/1" ? json : nil
  }

  /// Writes the page into the run's folder, in place of an older one.
  ///
  /// - Throws: `FileError` if it cannot be written.
  package func write() throws(FileError) {
    try AtomicFile.write(html, to: "\(run)/\(Self.fileName)", overwriting: true)
  }

  package var html: String {
    HTMLPage(
      title: run,
      body: [facts, curves, scores, samples, settings].filter { !$0.isEmpty }
        .joined(separator: "\n"),
      style:
        "td.number { text-align: end; font-variant-numeric: tabular-nums } tr.best { font-weight: 600 }",
      data: json
    ).html
  }

  // MARK: Parts

  private var summaries: [SummaryRow] {
    rows.compactMap { if case .summary(let row) = $0 { row } else { nil } }
  }

  private var best: SummaryRow? { summaries.last { $0.isBest } }

  private var facts: String {
    var facts = [("data set", configuration["dataset"]?.string ?? "")]
    if let last = rows.last {
      let epoch = summaries.last?.epoch ?? 0
      let of = epochCount.map { " of \($0.grouped)" } ?? ""
      facts.append(("learned", "\(epoch.grouped)\(of) epochs, \(last.step.grouped) steps"))
    } else {
      facts.append(("learned", "nothing yet"))
    }
    if let best {
      facts.append(
        ("best", "epoch \(best.epoch.grouped), step \(best.step.grouped)\(Self.scoreText(best))"))
    }
    return htmlTable(facts)
  }

  private static func scoreText(_ row: SummaryRow) -> String {
    if let scores = row.validation?.scores {
      return ": CIDEr \(scores.cider.text(places: 3)), BLEU-4 \(scores.bleu[3].text(places: 3))"
    }
    if let accuracy = row.validation?.accuracy {
      return ": \(percent(accuracy.clips)) of clips are right"
    }
    return row.validation.map { ": validation loss \($0.loss.text(places: 3))" } ?? ""
  }

  private var curves: String {
    guard !rows.isEmpty else { return "" }
    var curves = TrainingCurves("", rows)
    curves.hasLogarithmicLoss = hasLogarithmicLoss
    do throws(DrawingError) {
      let address = "data:image/png;base64,\(base64(try curves.png()))"
      return
        "<p><img src=\"\(address)\" style=\"max-width: 100%\" alt=\"loss and scores by step\"/></p>"
    } catch {
      return "<p>\(escapedForHTML("No curves: \(error)"))</p>"
    }
  }

  /// The scores of each validation, the best one marked.
  private var scores: String {
    let summaries = summaries
    guard !summaries.isEmpty else { return "" }
    let hasScores = summaries.contains { $0.validation?.scores != nil }
    let hasAccuracy = summaries.contains { $0.validation?.accuracy != nil }
    var heads = ["epoch", "step", "training loss", "validation loss"]
    if hasScores { heads += (1...4).map { "BLEU-\($0)" } + ["ROUGE-L", "CIDEr"] }
    if hasAccuracy { heads += ["frames", "clips"] }
    let lines = summaries.map { row in
      var cells = [row.epoch.grouped, row.step.grouped, Self.number(row.trainingLoss)]
      cells.append(Self.number(row.validation?.loss))
      if hasScores {
        let scores = row.validation?.scores
        cells += (0..<4).map { Self.number(scores?.bleu[$0]) }
        cells += [Self.number(scores?.rougeL), Self.number(scores?.cider)]
      }
      if hasAccuracy {
        let accuracy = row.validation?.accuracy
        cells += [Self.number(accuracy?.frames), Self.number(accuracy?.clips)]
      }
      let isBest = row.step == best?.step
      return "<tr\(isBest ? " class=\"best\"" : "")>"
        + cells.map { "<td class=\"number\">\($0)</td>" }.joined() + "</tr>"
    }
    return """
      <h2>Validations</h2>
      <table>
      <tr>\(heads.map { "<th>\($0)</th>" }.joined())</tr>
      \(lines.joined(separator: "\n"))
      </table>
      """
  }

  private static func number(_ value: Double?) -> String {
    guard let value else { return "" }
    return value.isFinite ? value.text(places: 4) : "not finite"
  }

  /// The samples of the best validation, or of the last.
  private var samples: String {
    guard let row = best ?? summaries.last(where: { $0.validation != nil }) else { return "" }
    let path =
      row.endsEpoch
      ? SamplePage.path(ofEpoch: row.epoch, in: run) : SamplePage.path(ofStep: row.step, in: run)
    guard
      let text = try? MappedFile(path, limit: 1 << 24).withBytes({
        String(validating: $0, as: UTF8.self)
      }), let samples = SamplePage.samples(of: text)
    else { return "" }
    let place = "epoch \(row.epoch.grouped)\(row.endsEpoch ? "" : ", step \(row.step.grouped)")"
    return
      "<h2>Samples of \(best == nil ? "the last" : "the best") validation, \(place)</h2>\n\(samples)"
  }

  private var settings: String {
    guard case .object(let members) = configuration["settings"] else { return "" }
    return "<h2>Settings</h2>\n"
      + htmlTable(members.map { ($0.key, $0.value.string ?? $0.value.compactText) })
  }

  /// The facts for other programs.
  private var json: JSONValue {
    let validations = summaries.map { row -> JSONValue in
      // Seconds and times differ from run to run.
      guard case .object(let members) = TrainingRow.summary(row).json else { return .null }
      return .object(members.filter { !["seconds", "time", "event"].contains($0.key) })
    }
    return [
      "schema": "cutline.report/1", "kind": "run", "run": .string(run),
      "cutline": configuration["cutline"] ?? .null, "dataset": configuration["dataset"] ?? .null,
      "settings": configuration["settings"] ?? .null, "validations": .array(validations),
      "best_step": best.map { .number(Double($0.step)) } ?? .null,
    ]
  }
}

/// A folder that is no training run.
package struct RunPageError: Error, Equatable, Sendable, CustomStringConvertible {
  package let path: String

  package var description: String {
    "\(path): is no folder of a training run, which has a config.json. Name one, or a file of results."
  }
}
