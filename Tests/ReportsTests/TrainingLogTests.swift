import Files
import TestSupport
import Testing

@testable import Reports

@Suite("Training log")
struct TrainingLogTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  var path: String { "\(folder.path)/train.jsonl" }

  static func step(_ step: Int, loss: Double = 3.125) -> TrainingRow {
    .step(
      StepRow(
        step: step, epoch: (step + 3) / 4, loss: loss, gradientNorm: 1.5, isClipped: step == 2,
        learningRate: 4e-4, samplingRate: step > 2 ? 0.05 : nil, captionsPerSecond: 412,
        time: 1732200000.25))
  }

  static func epoch(_ epoch: Int, hasValidation: Bool = true) -> TrainingRow {
    let validation = SummaryRow.Validation(
      loss: 3.02, scores: .init(bleu: [0.6, 0.4, 0.25, 0.171], rougeL: 0.4, cider: 0.402))
    return .summary(
      SummaryRow(
        step: 4 * epoch, epoch: epoch, trainingLoss: 3.2,
        validation: hasValidation ? validation : nil, isBest: epoch == 1, seconds: 61.5,
        time: 1732200001))
  }

  /// A validation after two steps of the second epoch.
  static let withinEpoch = TrainingRow.summary(
    SummaryRow(
      step: 6, epoch: 2, endsEpoch: false, trainingLoss: 2.5, clippedShare: 0.25,
      validation: .init(
        loss: 2.75, scores: .init(bleu: [0.5, 0, 0, 0], rougeL: 0.5, cider: 0)),
      isBest: false, seconds: 1, time: 1_732_200_002))

  @Test("a validation within an epoch is a row of its own, kept where a checkpoint knows of it")
  func withinEpoch() throws {
    let rows = [Self.epoch(1), Self.step(5), Self.step(6), Self.withinEpoch, Self.step(7)]
    try write(rows)
    #expect(
      try text().contains(
        #"{"event":"validation","step":6,"epoch":2,"train_loss":2.5,"clipped_share":0.25,"#))
    for (step, isSummarized, count) in [(6, false, 3), (6, true, 4), (5, false, 2), (7, false, 5)] {
      try write(rows)
      let log = try TrainingLog(
        in: folder.path, resumingAt: .init(step: step, isSummarized: isSummarized))
      #expect(log.rows == Array(rows.prefix(count)))
    }
  }

  /// Two epochs of four steps each.
  static let twoEpochs =
    (1...4).map { step($0) } + [epoch(1)] + (5...8).map { step($0) } + [epoch(2)]

  func text() throws -> String {
    String(decoding: try MappedFile(path).withBytes { Array($0) }, as: UTF8.self)
  }

  func write(_ rows: [TrainingRow], from position: TrainingLog.Position = .start) throws {
    var log = try TrainingLog(in: folder.path, resumingAt: position)
    for row in rows { log.append(row) }
    try log.synchronize()
  }

  @Test("rows are read back as they were written, each on a line of its own")
  func roundTrip() throws {
    let rows = [Self.step(1), Self.step(3), Self.epoch(1), Self.epoch(2, hasValidation: false)]
    try write(rows)
    #expect(try TrainingLog.rows(in: folder.path) == rows)
    #expect(
      try text().split(separator: "\n")[0]
        == #"{"event":"step","step":1,"epoch":1,"loss":3.125,"perplexity":22.7599,"#
        + #""gradient_norm":1.5,"clipped":false,"learning_rate":0.0004,"#
        + #""captions_per_second":412,"time":1732200000.25}"#)
  }

  @Test("a loss that is not finite is null, which JSON allows, and is read as no number")
  func notFinite() throws {
    try write([Self.step(1, loss: .infinity), Self.step(2, loss: .nan)])
    #expect(try text().contains(#""loss":null,"perplexity":null"#))
    let rows = try TrainingLog.rows(in: folder.path)
    #expect(rows.count == 2)
    guard case .step(let row) = rows[0] else { throw Unexpected() }
    #expect(row.loss.isNaN)
  }

  @Test(
    "a run that goes on at any checkpoint has the rows of one that never stopped",
    arguments: 0...8, [false, true])
  func resumed(step: Int, isEvaluated: Bool) throws {
    try write(Self.twoEpochs)
    let straight = try text()
    // A checkpoint after an epoch's last step may have been written before or after its evaluation.
    let isSummarized = isEvaluated && step.isMultiple(of: 4)
    let left = Self.twoEpochs.filter { row in
      switch row {
      case .step(let row): row.step > step
      case .summary(let row): row.step > step || row.step == step && !isSummarized
      }
    }
    try write(left, from: .init(step: step, isSummarized: isSummarized))
    #expect(try text() == straight)
  }

  @Test("a line that a crash has torn is cut off, wherever it ends", arguments: [1, 2, 20, 90])
  func torn(missing: Int) throws {
    try write(Self.twoEpochs)
    let whole = try text()
    try AtomicFile.write(String(whole.dropLast(missing)), to: path, overwriting: true)
    let log = try TrainingLog(in: folder.path, resumingAt: .init(step: 8, isSummarized: true))
    // Without its last newline a row is whole.
    #expect(log.rows == (missing == 1 ? Self.twoEpochs : Self.twoEpochs.dropLast()))
    #expect(try text().split(separator: "\n").count == log.rows.count)
    #expect(try text().hasSuffix("}\n"))
  }

  @Test("a run that begins anew leaves nothing of an earlier one")
  func fresh() throws {
    try write(Self.twoEpochs)
    try write([])
    #expect(try TrainingLog.rows(in: folder.path).isEmpty)
  }

  @Test("what the log hands on of a row is what a later life will read")
  func digits() throws {
    var log = try TrainingLog(in: folder.path, resumingAt: .start)
    let kept = log.append(Self.step(1, loss: 1.0 / 3))
    guard case .step(let row) = kept else { throw Unexpected() }
    #expect(row.loss == 0.333333)
    #expect(try TrainingLog.rows(in: folder.path) == [kept])
  }

  @Test("how many labels are right is read back, and stands in columns of its own")
  func accuracies() throws {
    var row = SummaryRow(
      step: 4, epoch: 1, trainingLoss: 1.5,
      validation: .init(loss: 1.25, accuracy: .init(frames: 0.5, clips: 0.75)), isBest: true,
      seconds: 2, time: 1_732_200_001)
    try write([.summary(row)])
    #expect(try TrainingLog.rows(in: folder.path) == [.summary(row)])
    #expect(try text().contains("\"val_loss\":1.25,\"frame_accuracy\":0.5,\"clip_accuracy\":0.75,"))
    row.validation = nil
    #expect(
      MetricsTable.text(of: [.summary(row)] + (try TrainingLog.rows(in: folder.path)))
        .replacing("bleu_1,bleu_2,bleu_3,bleu_4", with: "bleu") == """
          epoch,step,train_loss,val_loss,bleu,rouge_l,cider,best,clipped,seconds,frame_accuracy,clip_accuracy
          1,4,1.5,,,,,,,,1,,2.000,,
          1,4,1.5,1.25,,,,,,,1,,2.000,0.5,0.75

          """)
  }

  @Test("the table has a line for each epoch, empty where nothing was measured")
  func table() {
    let rows = [
      Self.step(1), Self.epoch(1), Self.step(5), Self.withinEpoch,
      Self.epoch(2, hasValidation: false),
    ]
    #expect(
      MetricsTable.text(of: rows) == """
        epoch,step,train_loss,val_loss,bleu_1,bleu_2,bleu_3,bleu_4,rouge_l,cider,best,clipped,seconds
        1,4,3.2,3.02,0.6,0.4,0.25,0.171,0.4,0.402,1,,61.500
        2,6,2.5,2.75,0.5,0.0,0.0,0.0,0.5,0.0,0,0.25,1.000
        2,8,3.2,,,,,,,,0,,61.500

        """)
  }
}

struct Unexpected: Error {}
