import Files
import Foundation
import FoundationXML
import Media
import TestSupport
import Testing

@testable import Reports

@Suite("Training curves", .enabled(if: DrawingLibrary.version != nil, "Cairo is not installed"))
struct TrainingCurvesTests {
  /// A training of three epochs that never was.
  static func rows(bestEpoch: Int = 2, samplingRate: Double? = 0.05) -> [TrainingRow] {
    (1...300).flatMap { step -> [TrainingRow] in
      let share = Double(step) / 300
      let loss = 2 + 6 * exp(-6 * share) + 0.2 * sin(Double(step * step))
      let rate = 4e-4 * min(share * 10, 1) * (1 + cos(.pi * share)) / 2
      let row = TrainingRow.step(
        StepRow(
          step: step, epoch: (step - 1) / 100 + 1, loss: loss, gradientNorm: 2, isClipped: false,
          learningRate: rate, samplingRate: samplingRate.map { $0 * share }, time: 1e9))
      return step.isMultiple(of: 100) ? [row, epoch(step / 100, bestEpoch)] : [row]
    }
  }

  private static func epoch(_ epoch: Int, _ best: Int) -> TrainingRow {
    let validation = SummaryRow.Validation(
      loss: 4 - 0.6 * Double(epoch),
      scores: .init(
        bleu: [0.5, 0.3, 0.2, 0.05 * Double(epoch)], rougeL: 0.4,
        cider: epoch == best ? 0.45 : 0.1 * Double(epoch)))
    return .summary(
      SummaryRow(
        step: epoch * 100, epoch: epoch, trainingLoss: 3, validation: validation,
        isBest: epoch <= best, seconds: 10, time: 1e9))
  }

  /// The picture without its text, for fonts differ from machine to machine.
  static func png(_ rows: [TrainingRow], isLogarithmic: Bool = false) throws -> [UInt8] {
    var curves = TrainingCurves("runs/a", rows)
    (curves.hasLogarithmicLoss, curves.showsText) = (isLogarithmic, false)
    return try curves.bytes(as: .png(scale: 0.5))
  }

  static func image(_ png: [UInt8]) throws -> Image {
    try decodeStillImage(.bytes(png, name: "curves")).image
  }

  /// The share of drawn pixels that differ by more than the eye would forgive.
  ///
  /// Not of all pixels: most are paper, and a curve that is missing would be one in two hundred.
  static func difference(_ a: Image, _ b: Image) -> Double {
    guard (a.width, a.height) == (b.width, b.height) else { return 1 }
    var (drawn, different) = (0, 0)
    for start in stride(from: 0, to: a.pixels.count, by: 3) {
      let pixel = start..<start + 3
      if pixel.contains(where: { min(a.pixels[$0], b.pixels[$0]) < 224 }) { drawn += 1 }
      if pixel.contains(where: { abs(Int(a.pixels[$0]) - Int(b.pixels[$0])) > 48 }) {
        different += 1
      }
    }
    return Double(different) / Double(drawn)
  }

  /// With CUTLINE_WRITE_FIXTURES set the picture is written anew, to be looked at before it is kept.
  @Test("the picture is the one that was looked at", arguments: [false, true])
  func golden(isLogarithmic: Bool) throws {
    let name = isLogarithmic ? "curves-logarithmic.png" : "curves.png"
    let path = Fixture.folder.appending(path: "reports/\(name)").path
    let png = try Self.png(Self.rows(), isLogarithmic: isLogarithmic)
    if ProcessInfo.processInfo.environment["CUTLINE_WRITE_FIXTURES"] != nil {
      try AtomicFile.write(png, to: path, overwriting: true)
    }
    let golden = try decodeStillImage(.file(path)).image
    #expect(Self.difference(try Self.image(png), golden) < 0.02)
  }

  @Test("another training, and another axis, are another picture")
  func tellsApart() throws {
    let one = try Self.image(Self.png(Self.rows()))
    for other in [
      try Self.png(Self.rows(bestEpoch: 1)), try Self.png(Self.rows(samplingRate: nil)),
      try Self.png(Self.rows(), isLogarithmic: true), try Self.png(Array(Self.rows().prefix(101))),
    ] {
      #expect(Self.difference(one, try Self.image(other)) > 0.04)
    }
  }

  @Test("the ring marks the validation that was chosen, whatever the scores are")
  func ring() throws {
    // Three equal scores, of which the loss chose one.
    func svg(best: Int) throws -> [UInt8] {
      try TrainingCurves(
        "ties",
        Self.rows(bestEpoch: best).map { row in
          guard case .summary(var summary) = row else { return row }
          summary.validation?.scores?.cider = 0.3
          return .summary(summary)
        }
      ).svg()
    }
    let rings = try (1...3).map { try svg(best: $0) }
    #expect(Set(rings).count == 3)
  }

  @Test("both files are written by the same code, whole, in place of older ones")
  func files() throws {
    let folder = try TemporaryFolder()
    for _ in 0..<2 { try TrainingCurves("a <run> & more", Self.rows()).write(into: folder.path) }
    #expect(try namesInFolder(folder.path) == ["curves.png", "curves.svg"])
    let png = try decodeStillImage(.file("\(folder.path)/curves.png"))
    #expect((png.width, png.height) == (1800, 1012) && png.warnings.isEmpty)
    let svg = try MappedFile("\(folder.path)/curves.svg").withBytes { Data($0) }
    #expect(XMLParser(data: svg).parse())
    #expect(svg.count < 500_000)
  }

  @Test("a run that learns labels shows how many are right")
  func accuracies() throws {
    func rows(_ clips: [Double]) -> [TrainingRow] {
      Self.rows(samplingRate: nil).map { row in
        guard case .summary(var epoch) = row else { return row }
        let loss = epoch.validation?.loss ?? 0
        let accuracy = SummaryRow.Accuracy(frames: 0.3, clips: clips[epoch.epoch - 1])
        epoch.validation = .init(loss: loss, accuracy: accuracy)
        return .summary(epoch)
      }
    }
    let rising = try Self.image(Self.png(rows([0.2, 0.5, 0.9])))
    let falling = try Self.image(Self.png(rows([0.9, 0.5, 0.2])))
    let captions = try Self.image(Self.png(Self.rows(samplingRate: nil)))
    #expect(Self.difference(rising, falling) > 0.01)
    #expect(Self.difference(rising, captions) > 0.01)
    let svg = try TrainingCurves("labels", rows([0.2, 0.5, 0.9])).svg()
    let text = String(decoding: svg, as: UTF8.self)
    #expect(!text.isEmpty && XMLParser(data: Data(svg)).parse())
  }

  @Test(
    "there is a picture of anything that may be logged",
    arguments: [
      [], [TrainingLogTests.step(1)], [TrainingLogTests.epoch(1)],
      [TrainingLogTests.step(1, loss: .nan), TrainingLogTests.step(2, loss: .infinity)],
      [TrainingLogTests.epoch(1, hasValidation: false)],
      [TrainingLogTests.step(5), TrainingLogTests.step(5)],
    ], [false, true])
  func odd(rows: [TrainingRow], isLogarithmic: Bool) throws {
    let image = try Self.image(Self.png(rows, isLogarithmic: isLogarithmic))
    #expect(image.width == 600)
  }

  @Test("a long training makes no larger picture than a short one")
  func long() throws {
    let rows = (1...50_000).map { TrainingLogTests.step($0, loss: 3 + sin(Double($0))) }
    #expect(try TrainingCurves("long", rows).svg().count < 500_000)
  }
}
