import Files
import Foundation
import Layers
import Tensors
import TestSupport
import Testing
import Text

@testable import Captioning

extension CaptioningTests {
  @Suite("Confidence of models")
  struct ConfidenceModelTests {
    let folder: TemporaryFolder
    /// A model without a confidence, and where its copy with one goes.
    var plain: ModelDirectory { ModelDirectory("\(folder.path)/plain") }
    var calibrated: ModelDirectory { ModelDirectory("\(folder.path)/calibrated") }
    var file: String { "\(calibrated.path)/confidence.safetensors" }

    let confidence: ConfidenceModel
    /// Of no short decimal fractions, so that texts must have all digits.
    static let calibration = ConfidenceCalibration(
      intercept: 1.0 / 3, slope: 0.1 + 0.2, distanceMean: -2.0 / 7, distanceDeviation: 1e-3 / 3,
      limit: 5.0.squareRoot(), threshold: 0.7.squareRoot())

    init() throws {
      folder = try TemporaryFolder()
      var random = SeededGenerator(seed: 2)
      confidence = ConfidenceModel(
        PictureFamiliarity(fitting: Self.features("known", count: 90), using: &random),
        Self.calibration)
      try ModelDirectory.write(Self.contents(), to: plain.path, precision: .float32)
    }

    private static func contents(seed: UInt64 = 2) -> ModelDirectory.Contents {
      ModelDirectory.Contents(
        configuration: SmallModel.configuration,
        parameters: SmallModel.model(seed: seed).parameters.map { ($0.parameter.name, $0.value) },
        words: (SmallModel.vocabulary, WordCounts(counting: [SmallModel.words])), card: "# Small\n")
    }

    /// Features as the small model's encoder has them, 128 of each picture.
    private static func features(_ name: String, count: Int) -> Tensor {
      FormulaWeights.scaled(name, [count, 128], 1, offset: 0.5)
    }

    private func write() throws {
      try plain.write(confidence, to: calibrated.path, replacing: false)
    }

    private func read(featureSize: Int = 128) throws -> ConfidenceModel? {
      try calibrated.confidence(featureSize: featureSize)
    }

    // MARK: Writing and reading

    @Test("has the same numbers when it is read again")
    func roundTrip() throws {
      try write()
      let found = try #require(try read())
      #expect(found.calibration == Self.calibration)
      let (parameters, expected) = (found.familiarity.parameters, confidence.familiarity.parameters)
      #expect(parameters.map(\.parameter.name) == expected.map(\.parameter.name))
      #expect(parameters.map(\.value.shape) == expected.map(\.value.shape))
      #expect(parameters.map(\.value.floats) == expected.map(\.value.floats))
      let others = Self.features("others", count: 5)
      let distances = found.familiarity.distances(of: others)
      for (found, expected) in zip(distances, confidence.familiarity.distances(of: others)) {
        #expect(abs(found - expected) < 1e-6)
      }
    }

    @Test("is absent from a model that was not calibrated")
    func absent() throws {
      #expect(try plain.confidence(featureSize: 128) == nil)
      #expect(try !namesInFolder(plain.path).contains("confidence.safetensors"))
    }

    @Test("is written beside all other files of the model, and listed with them")
    func files() throws {
      try write()
      let names = try namesInFolder(calibrated.path)
      let others = try namesInFolder(plain.path)
      #expect(Set(names) == Set(others + ["confidence.safetensors"]))
      let list = try ChecksumList(reading: "\(calibrated.path)/SHA256SUMS")
      #expect(list.entries.map(\.name).sorted() == names.filter { $0 != "SHA256SUMS" }.sorted())
      try list.verify(in: calibrated.path)
      try calibrated.beginVerification().wait()
      for name in others where name != "SHA256SUMS" {
        let (copy, original) = (
          try MappedFile("\(calibrated.path)/\(name)").withBytes { Array($0) },
          try MappedFile("\(plain.path)/\(name)").withBytes { Array($0) }
        )
        #expect(copy == original, "\(name)")
      }
    }

    @Test("replaces a model, and an older confidence, only where it may")
    func replacing() throws {
      let refused = try #require(throws: FileError.self) {
        try plain.write(confidence, to: plain.path, replacing: false)
      }
      #expect(refused == FileError(plain.path, .exists))
      #expect(try plain.confidence(featureSize: 128) == nil)
      try plain.write(confidence, to: plain.path, replacing: true)
      #expect(try plain.confidence(featureSize: 128)?.calibration == Self.calibration)
      var other = Self.calibration
      other.threshold = 0.125
      try plain.write(
        ConfidenceModel(confidence.familiarity, other), to: plain.path, replacing: true)
      #expect(try plain.confidence(featureSize: 128)?.calibration == other)
      try plain.beginVerification().wait()
      #expect(try namesInFolder(folder.path) == ["plain"], "nothing is left behind")
    }

    @Test("is not written beside files that are damaged")
    func damagedModel() throws {
      try folder.write("dog\t3\n", to: "plain/counts.tsv")
      let error = try #require(throws: ModelError.self) { try write() }
      #expect(error.path == "\(plain.path)/counts.tsv")
      #expect(try namesInFolder(folder.path) == ["plain"])
    }

    @Test("stays with an exported model")
    func export() throws {
      try write()
      let exported = ModelDirectory("\(folder.path)/exported")
      try calibrated.export(to: exported.path, precision: .bfloat16)
      let found = try #require(try exported.confidence(featureSize: 128))
      #expect(found.calibration == Self.calibration)
      #expect(
        found.familiarity.parameters.map(\.value.floats)
          == confidence.familiarity.parameters.map(\.value.floats))
      try exported.beginVerification().wait()
      #expect(
        try ChecksumList(reading: "\(exported.path)/SHA256SUMS").entries
          .contains { $0.name == "confidence.safetensors" })
    }

    // MARK: Damage

    @Test("of a model with other features is refused", arguments: [64, 129, 1])
    func otherFeatureSize(size: Int) throws {
      try write()
      let error = try #require(throws: ModelError.self) { _ = try read(featureSize: size) }
      let expected = WeightsError(
        path: file, problem: .wrongShape("mean", expected: [size], found: [128]), others: 1)
      #expect(error == ModelError(file, .weights(expected)))
      #expect(error.description.hasPrefix("\(file): 'mean' has shape [128]"))
    }

    @Test("without one of its tensors is refused, as with one too many")
    func tensors() throws {
      try write()
      let metadata = try WeightsFile(file).metadata
      let all = confidence.familiarity.parameters.map { (name: $0.parameter.name, value: $0.value) }
      for missing in ["mean", "directions"] {
        try WeightsFile.write(
          all.filter { $0.name != missing }, to: file, metadata: metadata, overwriting: true)
        let error = try #require(throws: ModelError.self) { _ = try read() }
        #expect(error.path == file && error.description.hasPrefix("\(file): "))
        #expect(error.description.contains("'\(missing)'"), "\(error)")
      }
      try WeightsFile.write(
        all + [("extra", Tensor(zeros: [2]))], to: file, metadata: metadata, overwriting: true)
      let error = try #require(throws: ModelError.self) { _ = try read() }
      let expected = WeightsError(path: file, problem: .unexpected("extra"))
      #expect(error == ModelError(file, .weights(expected)))
    }

    @Test("of another schema, or with numbers that are none, is refused")
    func metadata() throws {
      try write()
      let good = try WeightsFile(file).metadata
      let tensors = confidence.familiarity.parameters.map {
        (name: $0.parameter.name, value: $0.value)
      }
      let changes: [(key: String, value: String?)] = [
        ("schema", "cutline.confidence/2"), ("schema", nil), ("intercept", nil),
        ("slope", "steep"), ("limit", "nan"), ("threshold", "inf"), ("distance_mean", ""),
        ("distance_deviation", "0.0"), ("distance_deviation", "-1.0"),
      ]
      for (key, value) in changes {
        #expect(good[key] != nil, "\(key)")
        var bad = good
        bad[key] = value
        try WeightsFile.write(tensors, to: file, metadata: bad, overwriting: true)
        let error = try #require(throws: ModelError.self, "\(key)") { _ = try read() }
        #expect(error.path == file && error.description.hasPrefix("\(file): "), "\(error)")
      }
      try WeightsFile.write(tensors, to: file, metadata: good, overwriting: true)
      #expect(try read()?.calibration == Self.calibration)
    }

    @Test("that is no file of tensors is refused", arguments: ["", "{}", "PK\u{3}\u{4}, or so"])
    func garbage(text: String) throws {
      try write()
      try folder.write(text, to: "calibrated/confidence.safetensors")
      let error = try #require(throws: ModelError.self) { _ = try read() }
      #expect(error.path == file && error.description.hasPrefix("\(file): "), "\(error)")
    }

    @Test("must be listed, so that it can be checked")
    func unlisted() throws {
      try write()
      let list = "\(calibrated.path)/SHA256SUMS"
      let rest = try ChecksumList(reading: list).text.split(separator: "\n")
        .filter { !$0.hasSuffix("confidence.safetensors") }.joined(separator: "\n")
      try folder.write(rest + "\n", to: "calibrated/SHA256SUMS")
      let error = try #require(throws: ModelError.self) {
        try calibrated.beginVerification().wait()
      }
      #expect(error == ModelError(list, .unlisted("confidence.safetensors")))
      let captioner = try Captioner(model: calibrated.path)
      let late = try #require(throws: ModelError.self) {
        _ = try captioner.descriptions(of: CaptionerTests.images)
      }
      #expect(late == error)
    }

    @Test("that was changed is found out before the first caption leaves")
    func changed() throws {
      try write()
      var other = Self.calibration
      other.threshold = 0
      try WeightsFile.write(
        confidence.familiarity.parameters.map { ($0.parameter.name, $0.value) }, to: file,
        metadata: try WeightsFile(file).metadata.merging(["threshold": "0.0"]) { $1 },
        overwriting: true)
      #expect(try read()?.calibration == other)
      let captioner = try Captioner(model: calibrated.path)
      let error = try #require(throws: ModelError.self) {
        _ = try captioner.captions(for: CaptionerTests.images)
      }
      #expect(error.path == file)
    }

    // MARK: Captioning

    /// A calibration that tells the small model's captions apart.
    private func writeSensible() throws {
      let captioner = try Captioner(model: plain.path)
      let scores = try captioner.captions(for: CaptionerTests.images).map { Double($0[0].score) }
      let distances = confidence.familiarity.distances(of: pooled(by: captioner))
      let mean = distances.reduce(0, +) / Double(distances.count)
      let calibration = ConfidenceCalibration(
        intercept: -(scores.reduce(0, +) / Double(scores.count)), slope: 1, distanceMean: mean,
        distanceDeviation: 1, limit: 1, threshold: 0.5)
      try plain.write(
        ConfidenceModel(confidence.familiarity, calibration), to: calibrated.path, replacing: false)
    }

    private func pooled(by captioner: Captioner) -> Tensor {
      let inputs = CaptionerTests.images.map(captioner.ensemble.preprocessing.resizeAndCrop)
      return captioner.features(of: inputs).byMember[0].values
    }

    @Test("is told of each picture by its best caption and its own distance")
    func descriptions() throws {
      try writeSensible()
      let captioner = try Captioner(model: calibrated.path)
      #expect(captioner.ensemble.hasConfidence && !captioner.ensemble.hasClassifier)
      let found = try captioner.descriptions(of: CaptionerTests.images)
      let calibration = try #require(try read()).calibration
      let distances = confidence.familiarity.distances(of: pooled(by: captioner))
      #expect(found.count == 3)
      for (description, distance) in zip(found, distances) {
        let confidence = try #require(description.confidence)
        let best = try #require(description.captions.first)
        let expected = calibration.confidence(score: Double(best.score), distance: distance)
        #expect(abs(confidence.probability - expected.probability) < 1e-5)
        #expect((0...1).contains(confidence.probability))
        #expect(description.tags.isEmpty && !description.isWithheld)
      }
      // What is said is the same as without.
      #expect(
        try found.map(\.captions)
          == Captioner(model: plain.path).captions(for: CaptionerTests.images))
      for (number, image) in CaptionerTests.images.enumerated() {
        let alone = try captioner.descriptions(of: [image])[0]
        let (one, together) = (alone.confidence, found[number].confidence)
        let difference = (one?.probability ?? 0) - (together?.probability ?? 1)
        #expect(abs(difference) < 1e-4)
      }
    }

    @Test("decides what a captioner hedges and withholds")
    func doubt() throws {
      try writeSensible()
      var captioner = try Captioner(model: calibrated.path)
      let plain = try captioner.descriptions(of: CaptionerTests.images)
      #expect(plain.allSatisfy { !$0.captions.isEmpty && !$0.isWithheld })
      #expect(plain.contains { $0.confidence?.isUnsure ?? false })
      captioner.doubt = DoubtPolicy(leastConfidence: .probability(1))
      let withheld = try captioner.descriptions(of: CaptionerTests.images)
      #expect(withheld.allSatisfy { $0.captions.isEmpty && $0.isWithheld && $0.confidence != nil })
      #expect(try captioner.captions(for: CaptionerTests.images) == [[], [], []])
      captioner.doubt = DoubtPolicy(leastConfidence: .probability(0), hedge: "Could be: ")
      for (found, before) in zip(try captioner.descriptions(of: CaptionerTests.images), plain) {
        let start = found.confidence?.isUnsure ?? false ? "Could be: " : ""
        #expect(found.captions.map(\.text) == before.captions.map { start + $0.text })
      }
    }

    @Test("is none of captions that are drawn, nor of several models together")
    func none() throws {
      try writeSensible()
      let search = SampledSearch(count: 2, temperature: 1, maximumWords: 4, seed: 1)
      let drawing = try Captioner(model: calibrated.path, search: .sampling(search))
      for description in try drawing.descriptions(of: CaptionerTests.images) {
        #expect(description.confidence == nil && !description.captions.isEmpty)
      }
      let several = try Captioner(models: [calibrated.path, plain.path])
      #expect(!several.ensemble.hasConfidence)
      for description in try several.descriptions(of: CaptionerTests.images) {
        #expect(description.confidence == nil && !description.captions.isEmpty)
      }
    }
  }
}
