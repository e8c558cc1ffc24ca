import Files
import Glibc
import Reports
import Training

// What a training has to tell, as lines and pages.

extension ProgressReport {
  /// A step of a training of `epochCount` epochs and `stepCount` steps.
  init(_ row: StepRow, of epochCount: Int, stepCount: Int, eta: Double?) {
    let head = "epoch \(padded(row.epoch, to: epochCount))/\(epochCount)"
    let step = "step \(row.step.grouped)"
    // Where a decoder learns from what its own captions are worth, that is minus the loss.
    let isReward = row.loss < 0
    let loss =
      isReward ? "reward \((-row.loss).text(places: 3))" : "loss \(row.loss.text(places: 3))"
    let speed = row.captionsPerSecond.map { "\($0.text(places: 0)) cap/s" }
    let end = eta.map { "ETA \(clockText($0))" }
    let perplexity = exp(row.loss)
    let details = [
      isReward ? nil : "ppl \(perplexity.text(places: perplexity < 100 ? 1 : 0))",
      "grad \(row.gradientNorm.text(places: 1))",
      row.samplingRate.map { "p(sample) \($0.text(places: 2))" },
    ]
    self.init(
      head: head, share: Double(row.step) / Double(max(stepCount, 1)),
      short: [step, loss, speed, end].compactMap(\.self),
      long: ([step, loss] + details + [speed, end]).compactMap(\.self),
      json: TrainingRow.step(row).json.adding("eta_seconds", eta))
  }

  /// A round over pictures, which stood at `start` so many seconds ago.
  init(_ pass: PassProgress, since start: PassProgress, seconds: Double) {
    let (name, key) =
      switch pass.pass {
      case .features: ("features", "features")
      case .validation: ("eval", "validation")
      }
    let count = "\(pass.done.grouped)/\(pass.total.grouped)"
    let done = Double(pass.done - start.done)
    let eta = done > 0 && seconds > 1 ? Double(pass.total - pass.done) * seconds / done : nil
    let words = [count, eta.map { "ETA \(clockText($0))" }].compactMap(\.self)
    self.init(
      head: name, share: Double(pass.done) / Double(max(pass.total, 1)), short: words, long: words,
      json: [
        "event": .string(key), "done": .number(Double(pass.done)),
        "total": .number(Double(pass.total)),
      ])
  }
}

extension JSONValue {
  /// The object with one more member, where there is a value.
  fileprivate func adding(_ key: String, _ value: Double?) -> JSONValue {
    guard case .object(let members) = self, let value, value.isFinite else { return self }
    return .object(members + [.init(key, .number(value.rounded()))])
  }
}

/// `number`, as wide as `largest`.
private func padded(_ number: Int, to largest: Int) -> String {
  let text = String(number)
  return String(repeating: " ", count: max(0, String(largest).count - text.count)) + text
}

extension SummaryRow {
  init(_ summary: Trainer.Summary, seconds: Double, time: Double) {
    let validation = summary.validation.map { validation in
      Validation(
        loss: validation.loss,
        scores: (validation.scores?.corpus).map {
          Scores(bleu: $0.bleu, rougeL: $0.rougeL, cider: $0.cider)
        },
        accuracy: validation.accuracy.map { Accuracy(frames: $0.frames, clips: $0.clips) })
    }
    self.init(
      step: summary.step, epoch: summary.epoch, endsEpoch: summary.endsEpoch,
      trainingLoss: summary.trainingLoss, clippedShare: summary.clippedShare,
      validation: validation, isBest: summary.isBest, seconds: seconds, time: time)
  }
}

extension TrainingPreparation {
  /// What the options lose of the captions, where that is much or silent.
  var losses: [String] {
    let (cut, total) = cutCaptions
    let words =
      "cutline: \(percent(wordLoss.share)) of the words occur fewer than \(wordLoss.minimumCount) times: "
      + "the model cannot write them. \(wordLoss.advice)"
    let captions =
      "captions  \(cut.grouped) of \(total.grouped) are cut at --max-words \(plan.maximumWords)"
    return (wordLoss.isSevere ? [words] : []) + (cut > 0 ? [captions] : [])
  }
}

extension Trainer.Summary {
  /// What stays on the screen of it.
  func line(of epochCount: Int, seconds: Double) -> String {
    let number =
      "\(padded(epoch, to: epochCount))/\(epochCount)"
      + (endsEpoch ? "" : "  step \(step.grouped)")
    let loss =
      "loss \(trainingLoss.text(places: 3))"
      + (clippedShare.map { "  clipped \(percent($0))" } ?? "")
      + (skippedBatchCount > 0 ? "  skipped \(skippedBatchCount)" : "")
    let time = "\(seconds.text(places: 0)) s"
    guard let validation else { return "epoch \(number)  \(loss)  \(time)" }
    return "eval  \(number)  \(loss)  val loss \(validation.loss.text(places: 3))"
      + "  \(validation.summary.joined(separator: "  "))\(isBest ? " *best*" : "")  \(time)"
      + "  \"\(validation.sample.caption)\" (ref: \"\(validation.sample.reference)\")"
  }
}

extension Trainer.Validation {
  /// How good captions or labels are: "BLEU-4 0.123", "CIDEr 0.456".
  fileprivate var summary: [String] {
    let score = scores?.corpus
    return [
      ("BLEU-4", score?.bleu[3]), ("CIDEr", score?.cider), ("frames", accuracy?.frames),
      ("clips", accuracy?.clips),
    ].compactMap { name, value in value.map { "\(name) \($0.text(places: 3))" } }
  }
}

extension SamplePage {
  /// What the model wrote in a validation; nil where there was none.
  init?(_ summary: Trainer.Summary, of trainer: Trainer, title: String) {
    guard let validation = summary.validation else { return nil }
    let examples = trainer.validation
    let samples = Self.choice(from: examples.count).map { index in
      let number = examples[index].number
      return Sample(
        path: examples[index].path, caption: validation.captions[number],
        references: trainer.references[number].map { $0.joined(separator: " ") },
        cider: validation.scores?.images[index].cider)
    }
    self.init(
      title: title,
      summary: "\(samples.count) of \(examples.count.grouped) validation pictures.  "
        + "\(validation.summary.joined(separator: ", ")), "
        + "validation loss \(validation.loss.text(places: 3)) of all.",
      samples: samples)
  }
}
