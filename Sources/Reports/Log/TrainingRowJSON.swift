import Files

#if canImport(Glibc)
import Glibc
#endif

// Rows as lines of `train.jsonl`. A number that is not finite is null, for JSON has no other.

extension TrainingRow {
  package var json: JSONValue {
    switch self {
    case .step(let row): row.json
    case .summary(let row): row.json
    }
  }

  /// Reads what `json` wrote; nil if it is something else.
  package init?(_ json: JSONValue) {
    switch json["event"]?.string {
    case "step":
      guard let row = StepRow(json) else { return nil }
      self = .step(row)
    case "epoch", "validation":
      guard let row = SummaryRow(json) else { return nil }
      self = .summary(row)
    default: return nil
    }
  }
}

extension StepRow {
  fileprivate var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("event", "step"), .init("step", .number(Double(step))),
      .init("epoch", .number(Double(epoch))), .init("loss", .measured(loss)),
      .init("perplexity", .measured(exp(loss.rounded(toDigits: 6)))),
      .init("gradient_norm", .measured(gradientNorm)),
      .init("clipped", .boolean(isClipped)), .init("learning_rate", .measured(learningRate)),
    ]
    if let samplingRate { members.append(.init("sampling_rate", .measured(samplingRate))) }
    if let captionsPerSecond {
      members.append(.init("captions_per_second", .measured(captionsPerSecond)))
    }
    return .object(members + [.init("time", .time(time))])
  }

  fileprivate init?(_ json: JSONValue) {
    guard let step = json["step"]?.integer, let epoch = json["epoch"]?.integer,
      let loss = json["loss"]?.measure, let norm = json["gradient_norm"]?.measure,
      let rate = json["learning_rate"]?.measure, let time = json["time"]?.number
    else { return nil }
    self.init(
      step: step, epoch: epoch, loss: loss, gradientNorm: norm,
      isClipped: json["clipped"] == .boolean(true), learningRate: rate,
      samplingRate: json["sampling_rate"]?.measure,
      captionsPerSecond: json["captions_per_second"]?.measure, time: time)
  }
}

extension SummaryRow {
  fileprivate var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("event", endsEpoch ? "epoch" : "validation"), .init("step", .number(Double(step))),
      .init("epoch", .number(Double(epoch))), .init("train_loss", .measured(trainingLoss)),
    ]
    if let clippedShare { members.append(.init("clipped_share", .measured(clippedShare))) }
    if let validation {
      members.append(.init("val_loss", .measured(validation.loss)))
      members += validation.scores?.members ?? []
      members += validation.accuracy?.members ?? []
    }
    return .object(
      members + [
        .init("best", .boolean(isBest)), .init("seconds", .time(seconds)),
        .init("time", .time(time)),
      ])
  }

  fileprivate init?(_ json: JSONValue) {
    guard let step = json["step"]?.integer, let epoch = json["epoch"]?.integer,
      let loss = json["train_loss"]?.measure, let seconds = json["seconds"]?.number,
      let time = json["time"]?.number
    else { return nil }
    self.init(
      step: step, epoch: epoch, endsEpoch: json["event"] == "epoch", trainingLoss: loss,
      clippedShare: json["clipped_share"]?.measure, validation: Validation(json),
      isBest: json["best"] == .boolean(true), seconds: seconds, time: time)
  }
}

extension SummaryRow.Validation {
  fileprivate init?(_ json: JSONValue) {
    let (scores, accuracy) = (SummaryRow.Scores(json), SummaryRow.Accuracy(json))
    guard let loss = json["val_loss"]?.measure, scores != nil || accuracy != nil else {
      return nil
    }
    self.init(loss: loss, scores: scores, accuracy: accuracy)
  }
}

extension SummaryRow.Scores {
  fileprivate var members: [JSONValue.Member] {
    zip(1..., bleu).map { .init("bleu_\($0)", .measured($1)) }
      + [.init("rouge_l", .measured(rougeL)), .init("cider", .measured(cider))]
  }

  fileprivate init?(_ json: JSONValue) {
    let bleu = (1...4).compactMap { json["bleu_\($0)"]?.measure }
    guard let cider = json["cider"]?.measure, let rouge = json["rouge_l"]?.measure, bleu.count == 4
    else { return nil }
    self.init(bleu: bleu, rougeL: rouge, cider: cider)
  }
}

extension SummaryRow.Accuracy {
  fileprivate var members: [JSONValue.Member] {
    [.init("frame_accuracy", .measured(frames)), .init("clip_accuracy", .measured(clips))]
  }

  fileprivate init?(_ json: JSONValue) {
    guard let frames = json["frame_accuracy"]?.measure, let clips = json["clip_accuracy"]?.measure
    else { return nil }
    self.init(frames: frames, clips: clips)
  }
}

extension JSONValue {
  /// Returns a number with six digits: more than the accuracy of any of these, and short to read.
  fileprivate static func measured(_ value: Double) -> JSONValue {
    value.isFinite ? .number(value.rounded(toDigits: 6)) : .null
  }

  /// Seconds, to the millisecond.
  fileprivate static func time(_ seconds: Double) -> JSONValue {
    .number((seconds * 1000).rounded() / 1000)
  }

  /// A number; null is one that was not finite.
  fileprivate var measure: Double? { self == .null ? .nan : number }
}
