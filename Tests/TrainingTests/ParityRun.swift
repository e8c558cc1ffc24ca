import Captioning
import ImageEncoders
import Layers
import Tensors
import TestSupport
import Text

@testable import Training

/// One training of `scripts/fixtures/training.py`, which holds the recipe in words.
struct ParityRun: Sendable, CustomStringConvertible {
  let name: String
  /// Absent where it is frozen, and features come by formula.
  let encoder: EncoderArchitecture?
  let cell: CellType
  let decoder: Configured<DecoderType>
  /// The number of captions, or of images with both captions, in each part of a step's batch; nil for a
  /// single part.
  let parts: [Int]?
  /// The name from which the noise over the images is generated.
  let noise: String
  var plan = TrainingPlan()

  private static let (pictureCount, epochSize) = (8, 10)

  init(
    _ name: String, _ encoder: EncoderArchitecture? = nil,
    cell: CellType = .lstm, attends: Bool = false, parts: [Int]? = nil,
    noise: String = "training.noise",
    _ adapt: (inout TrainingPlan) -> Void
  ) {
    (self.name, self.encoder, self.cell) = (name, encoder, cell)
    (self.parts, self.noise) = (parts, noise)
    decoder =
      attends
      ? DecoderType.showAttendTell.with(annotationSize: 20, attentionSize: 28)
      : Configured(.showAndTell)
    (plan.epochCount, plan.dropoutRate) = (2, 0)
    (plan.learningRate, plan.warmupStepCount) = (1e-2, 5)
    adapt(&plan)
  }

  var description: String { name }

  /// The total change of a parameter.
  struct Move {
    let name: String
    let change: [Float]

    var length: Double { change.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot() }

    /// Up to 32 elements, evenly spread.
    var samples: [Float] {
      let count = min(change.count, 32)
      return (0..<count).map { change[$0 * change.count / count] }
    }
  }

  /// The record of a run: every step, followed by every trained parameter, by name.
  struct Trace {
    var reports: [StepReport] = []
    var moves: [Move] = []
  }

  /// Trains for all twenty steps.
  func trace() throws -> Trace {
    var state = state()
    let before = state.model.parameters
    var trace = Trace()
    for (step, batches) in try steps().enumerated() {
      trace.reports.append(learn(from: batches, step, &state))
    }
    let isLearned = plan.choice(of: state.model, in: 0)
    trace.moves = zip(before, state.model.parameters)
      .filter { isLearned($0.0.parameter) }
      .map { Move(name: $0.parameter.name, change: zip($1.value.floats, $0.value.floats).map(-)) }
      .sorted { $0.name < $1.name }
    return trace
  }

  /// The state before the first step, in which the decoder has taken the measure of all pictures.
  func state() -> TrainingState<CaptionModel> { TrainingState(model(measuring: pictures), plan) }

  /// Takes one step of two epochs.
  func learn(
    from batches: [CaptionBatch], _ step: Int, _ state: inout TrainingState<CaptionModel>
  ) -> StepReport {
    state.epoch = step / Self.epochSize
    let progress = Double(step % Self.epochSize) / Double(Self.epochSize)
    return state.learn(from: batches, plan, epochProgress: progress)
  }

  /// `[8, 64, 64, 3]`, or where the encoder is frozen `[8, 128]`, and with attention `[8, 5, 128]`.
  private var pictures: Tensor {
    guard encoder != nil else {
      return decoder.entry == .showAndTell
        ? FormulaWeights.scaled("training.features", [Self.pictureCount, 128])
        : FormulaWeights.scaled("training.positions", [Self.pictureCount, 5, 128])
    }
    let photos = FormulaWeights.photos(height: 64, width: 64, count: Self.pictureCount)
    return photos + FormulaWeights.scaled(noise, photos.shape, 0.5)
  }

  private func model(measuring pictures: Tensor) -> CaptionModel {
    let configuration = EncoderConfiguration(encoder ?? .smallCNN)
    let blank = configuration.makeEncoder()
    let decoder = DecoderConfiguration(
      self.decoder, cell: Configured(cell), embeddingSize: 24, hiddenSize: 32)
    var model = CaptionModel(
      encoder: blank, decoder: decoder.makeDecoder(reading: blank, vocabularySize: 40))
    model.updateParameters { parameter, value in
      guard parameter.role == .learned || parameter.name.hasPrefix(CaptionModel.encoderPrefix)
      else { return }
      value = Self.firstValue(of: parameter.name, value.shape)
    }
    model.decoder.fitNormalization(
      PackedSequence(
        encoder == nil ? pictures : model.encoder.features(pictures, decoder.featureKind)))
    return model
  }

  private static func firstValue(of name: String, _ shape: Shape) -> Tensor {
    if name.hasPrefix(CaptionModel.encoderPrefix) {
      return FormulaWeights.parameter(
        String(name.dropFirst(CaptionModel.encoderPrefix.count)), shape)
    }
    let scale = name.contains("bias") ? 0.1 : (3 / Double(shape.last ?? 1)).squareRoot()
    return FormulaWeights.scaled("training.\(name)", shape, Float(scale))
  }

  /// The batches of each step.
  func steps() throws -> [[CaptionBatch]] {
    let fixture = try Fixture("training")
    let captions = try fixture.rows("captions").map { row in
      row.filter { $0 >= 0 }.map(TokenID.init)
    }
    func example(of picture: Int, _ numbers: [Int]) -> TrainingExample {
      TrainingExample(
        number: picture, path: "", captions: numbers.map { .init(number: $0, words: captions[$0]) },
        canBeMirrored: false)
    }
    let pictures = pictures
    return try fixture.rows(encoder == nil ? "batches" : "picture_batches").map { members in
      var rest = members[...]
      return (parts ?? [members.count]).map { count in
        defer { rest = rest.dropFirst(count) }
        let examples = rest.prefix(count).map {
          encoder == nil ? example(of: $0 / 2, [$0]) : example(of: $0, [2 * $0, 2 * $0 + 1])
        }
        let rows = pictures.rows(examples.map(\.number))
        return CaptionBatch(
          examples,
          encoder == nil
            ? .features(PackedSequence(rows))
            : .pixels(rows, frameCounts: examples.map { _ in 1 }))
      }
    }
  }
}

extension Fixture {
  /// A matrix of whole numbers, row by row.
  fileprivate func rows(_ name: String) throws -> [[Int]] {
    let numbers = try integers(name)
    let columns = try shape(of: name)[1]
    return stride(from: 0, to: numbers.count, by: columns).map {
      Array(numbers[$0..<$0 + columns])
    }
  }
}

/// Returns the Euclidean distance of two lists of numbers, relative to the norm of the second.
func relativeDistance(_ found: [Float], _ expected: [Float]) -> Double {
  func length(_ numbers: [Float]) -> Double {
    numbers.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
  }
  let difference = length(zip(found, expected).map(-))
  // What should not move at all has no length to compare with.
  return difference == 0 ? 0 : difference / length(expected)
}
