import Captioning
import Training

extension Consumer {
  /// Trains a tiny model on a folder, fine-tunes it, and captions with it.
  func training() throws {
    var run = TrainingRun(on: collection, into: "\(work)/run")
    (run.epochs, run.batchSize, run.minimumWordCount) = (1, 16, 1)
    (run.embeddingSize, run.hiddenSize) = (8, 8)
    var lines: [String] = []
    let outcome = try run.train { lines.append($0) }
    print(lines.last ?? "")
    try check("a run of one epoch", !lines.isEmpty)
    guard let model = outcome.model else { throw Failed("the run did not end: \(outcome)") }
    let image = try Image(contentsOf: "\(checkout)/datasets/samples/house.png")
    let captions = try Captioner(model: model).captions(for: image)
    try check("a caption of the new model: \(captions[0].text)", !captions.isEmpty)

    var more = TrainingRun(on: collection, into: "\(work)/more")
    try more.start(from: model)
    (more.epochs, more.batchSize, more.minimumWordCount) = (1, 16, 1)
    try check("a model trained on", try more.train(threads: 1).model != nil)

    run.epochs = 0
    try expectTrainingError(run)
    run.epochs = 1
    run.hiddenSize = 0
    try expectTrainingError(run)
    do {
      _ = try TrainingRun(on: "\(work)/nothing", into: "\(work)/none").train()
    } catch let error as DatasetError {
      print("ok: \(error)")
      return
    }
    throw Failed("no error for a missing data set")
  }

  private func expectTrainingError(_ run: TrainingRun) throws {
    do {
      try run.train()
    } catch let error as TrainingError {
      return print("ok: \(error)")
    }
    throw Failed("no error")
  }
}
