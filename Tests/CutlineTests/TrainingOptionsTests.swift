import ArgumentParser
import Testing
import Training

@testable import cutline

@Suite("Options of a training")
struct TrainingOptionsTests {
  /// Another value for each option, and what it needs besides.
  static let others: [String: [String]] = [
    "epochs": ["--epochs=7"], "batch-size": ["--batch-size=7"], "batch-words": ["--batch-words=70"],
    "batch-order": ["--batch-order=src"], "accumulate": ["--accumulate=2"],
    "optimizer": ["--optimizer=adamw"], "momentum": ["--momentum=0.5"],
    "nesterov": ["--nesterov", "--optimizer=sgd"], "lr": ["--lr=0.1"],
    "encoder-lr": ["--encoder-lr=0.25"], "frozen-epochs": ["--frozen-epochs=2"],
    "schedule": ["--schedule=plateau"], "schedule-factor": ["--schedule-factor=0.25"],
    "schedule-steps": ["--schedule-steps=9", "--schedule=step"],
    "schedule-epochs": ["--schedule-epochs=9"], "warmup": ["--warmup=3"],
    "weight-decay": ["--weight-decay=0.5"], "clip-norm": ["--clip-norm=2"],
    "clip-value": ["--clip-value=2"], "ema": ["--ema=0.5"], "dropout": ["--dropout=0.25"],
    "dropout-kind": ["--dropout-kind=variational"], "label-smoothing": ["--label-smoothing=0.1"],
    "coverage-weight": ["--coverage-weight=2"], "classifier-weight": ["--classifier-weight=2"],
    "sampling": ["--sampling=exp"],
    "sampling-k": ["--sampling-k=0.5", "--sampling=exp"],
    "sampling-slope": ["--sampling-slope=0.5"], "sampling-floor": ["--sampling-floor=0.5"],
    "sampling-draw": ["--sampling-draw=argmax"], "encoder-from": ["--encoder-from=layer3"],
    "no-mirror": ["--no-mirror"], "crop-area": ["--crop-area=0.5"], "select": ["--select=loss"],
    "patience": ["--patience=4"], "precision": ["--precision=bf16"], "seed": ["--seed=2"],
    "eval-every": ["--eval-every=40"], "word-dropout": ["--word-dropout=0.5"],
    "norm-stabilizer": ["--norm-stabilizer=0.5"],
    "self-critical-epochs": ["--self-critical-epochs=2"],
    "self-critical-draws": ["--self-critical-draws=7", "--self-critical-epochs=2"],
    "self-critical-lr": ["--self-critical-lr=0.5", "--self-critical-epochs=2"],
  ]

  func choices(_ arguments: [String]) throws -> LearningChoices {
    try LearningOptions.parse(["--precision=f32"] + arguments).choices
      .resolved(for: .caption, startsFromEncoder: true)
  }

  @Test("every declaration is an entry of the table, and this test knows another value of each")
  func table() {
    let names = TrainingOptions.table.all.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(Set(names) == Set(Self.others.keys))
    #expect(Mirror(reflecting: LearningOptions()).children.count == names.count)
    #expect(Mirror(reflecting: TrainingOptions.table).children.count == names.count)
  }

  @Test("another value reaches the choices, and a run cannot be resumed with it", arguments: others)
  func resume(name: String, arguments: [String]) throws {
    // What the option needs is there before, too.
    let (before, after) = try (choices(Array(arguments.dropFirst())), choices(arguments))
    let option = try #require(TrainingOptions.table.all.first { $0.name == name })
    #expect(option.isChanged(after) && before != after)
    #expect(before.settings.firstChange(in: before.settings) == nil)
    // A slope is kept though no schedule uses it, as every value that was given.
    #expect(before.settings.firstChange(in: after.settings)?.option == "--\(name)")
  }

  @Test("every value of the choices and of the plan is set by an option or made from several")
  func properties() throws {
    // Made from other choices, from the model or from the data.
    var left = Set(Mirror(reflecting: TrainingPlan()).children.compactMap(\.label))
    left.subtract([
      "batchBudget", "optimizer", "encoderLearningRate", "encoderStepsAreRelative",
      "measuresFeatures", "measuresNorms", "freezesWords", "schedule", "sampling", "selfCritical",
      "precision",
      "minimumWordCount", "search", "selection",
    ])
    left.formUnion(
      Mirror(reflecting: LearningChoices()).children.compactMap(\.label).map { ".\($0)" })
    left.remove(".plan")
    let usual = LearningChoices()
    for arguments in Self.others.values {
      let choices = try LearningOptions.parse(arguments).choices
      left.subtract(Self.changes(from: usual, to: choices).map { ".\($0)" })
      left.subtract(Self.changes(from: usual.plan, to: choices.plan))
    }
    #expect(left.isEmpty, "\(left) is set by no option")
  }

  /// The stored properties that differ.
  private static func changes(from one: Any, to other: Any) -> [String] {
    zip(Mirror(reflecting: one).children, Mirror(reflecting: other).children)
      .filter { "\($0.value)" != "\($1.value)" }.compactMap(\.0.label)
  }

  @Test("settings of earlier versions, with the earlier spelling of precision, are the same")
  func earlier() throws {
    let then: Checkpoint.Settings = [
      ("--epochs", "20"), ("--batch-size", "64"), ("--batch-order", "pooled"),
      ("--accumulate", "1"), ("--optimizer", "adam"), ("--momentum", "0.9"),
      ("--nesterov", "false"), ("--lr", "0.0008"), ("--encoder-lr", "0.0"),
      ("--frozen-epochs", "0"), ("--schedule", "cosine"), ("--schedule-factor", "0.5"),
      ("--schedule-epochs", "2"), ("--warmup", "100"), ("--weight-decay", "0.0"),
      ("--clip-norm", "5.0"), ("--clip-value", "none"), ("--ema", "none"), ("--dropout", "0.5"),
      ("--dropout-kind", "non-recurrent"), ("--label-smoothing", "0.0"),
      ("--coverage-weight", "1.0"), ("--sampling", "off"), ("--sampling-k", "none"),
      ("--sampling-slope", "none"), ("--sampling-floor", "0.75"), ("--sampling-draw", "sampled"),
      ("--encoder-from", "none"), ("--no-mirror", "false"), ("--crop-area", "1.0"),
      ("--select", "cider"), ("--patience", "none"), ("--precision", "float32"), ("--seed", "1"),
    ]
    let now = try choices([]).settings
    #expect(now.map(\.name) == then.map(\.name))
    #expect(then.firstChange(in: now) == nil)
    #expect(try choices(["--precision=float32"]).settings.map(\.value) == now.map(\.value))
    #expect(try choices(["--precision=bfloat16"]).precision == .bf16)
    let change = try #require(then.firstChange(in: choices(["--precision=bf16"]).settings))
    #expect(change == ("--precision", "float32", "bf16"))
  }
}
