import Files
import Glibc
import Reports

// The messages of a training, as lines and pages.

extension ProgressReport {
  /// Creates the report of a step of a training of `epochCount` epochs and `stepCount` steps.
  init(_ row: StepRow, of epochCount: Int, stepCount: Int, eta: Double?) {
    let head = "epoch \(padded(row.epoch, to: epochCount))/\(epochCount)"
    let step = "step \(row.step.grouped)"
    // In self-critical training the loss is minus the mean reward.
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

  /// Creates the report of a pass over images, which was at `start` so many seconds ago.
  package init(_ pass: PassProgress, since start: PassProgress, seconds: Double) {
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
  /// Returns the object with one more member, if there is a value.
  fileprivate func adding(_ key: String, _ value: Double?) -> JSONValue {
    guard case .object(let members) = self, let value, value.isFinite else { return self }
    return .object(members + [.init(key, .number(value.rounded()))])
  }
}

/// Returns `number` padded to the width of `largest`.
private func padded(_ number: Int, to largest: Int) -> String {
  let text = String(number)
  return String(repeating: " ", count: max(0, String(largest).count - text.count)) + text
}

extension SummaryRow {
  init<Evaluation>(_ summary: TrainingSummary<Evaluation>, seconds: Double, time: Double) {
    self.init(
      step: summary.step, epoch: summary.epoch, endsEpoch: summary.endsEpoch,
      trainingLoss: summary.trainingLoss, clippedShare: summary.clippedShare,
      validation: summary.validation?.row, isBest: summary.isBest, seconds: seconds, time: time)
  }
}

extension VisualPreparation {
  package func introduction(of trainer: Trainer<Task>) -> [RunMessage] {
    var messages = Task.introduction(of: self)
    if let captioner = choices.captioner {
      let kept = captioner.vocabulary.count
      messages.append(
        .line(
          "starting from \(captioner.path): \(kept.grouped) words kept, "
            + "\((vocabulary.count - kept).grouped) new"))
    }
    if let wordVectors, let path = choices.wordVectors {
      let (found, wanted) = (wordVectors.rows.count.grouped, wordVectors.wantedCount.grouped)
      messages.append(.line("word vectors  \(found) of \(wanted) words found in \(path)"))
      messages += wordVectors.warnings.map { .remark($0, .warning) }
    }
    messages.append(modelMessage(of: trainer))
    if let cache {
      let count = task.training.examples.count + task.validation.examples.count
      messages.append(
        .line("features  of \(count.grouped) pictures or clips in \(cache.folder)"))
    }
    return messages
  }

  /// The messages about words and captions that the options cut off.
  var lossMessages: [RunMessage] {
    let (cut, total) = cutCaptions
    let words =
      "\(percent(wordLoss.share)) of the words occur fewer than \(wordLoss.minimumCount) times: "
      + "the model cannot write them. \(wordLoss.advice)"
    let captions =
      "captions  \(cut.grouped) of \(total.grouped) are cut at --max-words \(plan.maximumWords)"
    let isMirrored = vocabulary.tokenizer.kind == .english
    let mirroring =
      "pictures are not mirrored: words for left and right are known in English only"
    return (isMirrored || plan.encoderLearningRate == 0 ? [] : [.remark(mirroring, .info)])
      + (wordLoss.isSevere ? [.remark(words, .warning)] : [])
      + (cut > 0 ? [.line(captions, .warning)] : [])
  }
}

extension TrainingSummary {
  /// Returns the line that a terminal shows.
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
    let sample = validation.samples.first.map {
      "  \"\($0.caption)\" (ref: \"\($0.references.first ?? "")\")"
    }
    return "eval  \(number)  \(loss)  val loss \(validation.loss.text(places: 3))"
      + "  \(validation.measureTexts.joined(separator: "  "))\(isBest ? " *best*" : "")  \(time)"
      + (sample ?? "")
  }

  /// Returns the page of samples of its validation; nil if there was none.
  func page(title: String) -> SamplePage? {
    guard let validation, !validation.samples.isEmpty else { return nil }
    return SamplePage(
      title: title,
      summary:
        "\(validation.samples.count) of \(validation.exampleCount.grouped) validation pictures.  "
        + "\(validation.measureTexts.joined(separator: ", ")), "
        + "validation loss \(validation.loss.text(places: 3)) of all.",
      samples: validation.samples)
  }
}

extension TaskEvaluation {
  /// The measures as text: "BLEU-4 0.123", "CIDEr 0.456".
  fileprivate var measureTexts: [String] {
    measures.map { "\($0.name) \($0.value.text(places: 3))" }
  }
}
