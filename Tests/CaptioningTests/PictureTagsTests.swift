import Files
import Foundation
import ImageEncoders
import Layers
import Tensors
import TestSupport
import Testing
import Text

@testable import Captioning

extension CaptioningTests {
  @Suite("Tags of pictures")
  struct PictureTagsTests {
    let folder: TemporaryFolder
    var directory: ModelDirectory { ModelDirectory("\(folder.path)/model") }

    static let classes = PictureClasses(
      "Chihuahua, dog\nairliner, airplane, vehicle\ntabby, cat\ncrane\ncrane, bird\n")
    /// It has two terms for the airliner, and none for the first crane.
    static let vocabulary = Vocabulary(words: ["a", "airplane", "vehicle", "dog", "bird", "cat"])

    init() throws {
      folder = try TemporaryFolder()
    }

    /// A captioner whose encoder has a classifier of five classes.
    private static func model(attends: Bool) -> (CaptionModel, ModelConfiguration) {
      var configuration = ModelConfiguration(
        encoder: EncoderConfiguration(.mobileNetV3Small),
        decoder: DecoderConfiguration(
          attends
            ? DecoderType.showAttendTell.with(annotationSize: 6, attentionSize: 5)
            : Configured(.showAndTell), embeddingSize: 4, hiddenSize: 5))
      configuration.encoder.classCount = 5
      (configuration.beamWidth, configuration.maximumWords) = (1, 5)
      let encoder = configuration.encoder.makeEncoder()
      let decoder = configuration.decoder ?? DecoderConfiguration()
      var model = CaptionModel(
        encoder: encoder,
        decoder: decoder.makeDecoder(reading: encoder, vocabularySize: vocabulary.count))
      var random = SeededGenerator(seed: 6)
      model.initialize(using: &random)
      let pixels = configuration.encoder.preprocessing.tensor(CaptionerTests.images)
      model.encoder = measured(model.encoder, on: pixels)
      model.updateParameters { parameter, value in
        // So that no two classes are nearly as likely.
        guard parameter.name == "encoder.classifier.3.bias" else { return }
        value = Tensor([0.5, 2, 0, 1, -1], shape: [5])
      }
      return (model, configuration)
    }

    /// Returns the encoder with the norms that these pixels need.
    private static func measured<Encoder: ImageEncoder>(
      _ encoder: Encoder, on pixels: Tensor
    ) -> any ImageEncoder {
      var encoder = encoder
      encoder.measureNorms { _ = $0.features(pixels) }
      return encoder
    }

    private func write(
      _ model: CaptionModel, _ configuration: ModelConfiguration,
      classes: PictureClasses? = Self.classes
    ) throws {
      try ModelDirectory.write(
        .init(
          configuration: configuration,
          parameters: model.parameters.map { ($0.parameter.name, $0.value) },
          words: (Self.vocabulary, WordCounts()), classes: classes, card: ""),
        to: directory.path, precision: .float32, replacing: true)
    }

    @Test("are the classes that the encoder scores highest", arguments: [false, true])
    func tags(attends: Bool) throws {
      let (model, configuration) = Self.model(attends: attends)
      try write(model, configuration)
      let captioner = try Captioner(model: directory.path)
      #expect(captioner.ensemble.hasClassifier && !captioner.ensemble.hasConfidence)
      let found = try captioner.descriptions(of: CaptionerTests.images)
      let encoder = try #require(model.encoder as? ClassifyingEncoder)
      let pixels = configuration.encoder.preprocessing.tensor(CaptionerTests.images)
      let scores = encoder.classScores(encoder.features(pixels), .pooled).floats.map(Double.init)
      let words = ["dog", "airplane", "cat", nil, "bird"]
      #expect(found.count == 3)
      for (picture, description) in found.enumerated() {
        let own = scores[5 * picture..<5 * picture + 5].map { exp($0) }
        let sum = own.reduce(0, +)
        let ranked = own.enumerated().sorted { $0.element > $1.element }
        let labels = ranked.map { Self.classes?.words(ofClass: $0.offset)[0] }
        #expect(description.tags.map(\.label) == labels)
        for (tag, expected) in zip(description.tags, ranked) {
          #expect(abs(Double(tag.probability) - expected.element / sum) < 1e-4)
        }
        #expect(description.tags.map(\.word) == ranked.map { words[$0.offset] })
        #expect(description.confidence == nil && !description.isWithheld)
      }
      // Its bias is far the largest.
      #expect(found.allSatisfy { $0.tags.first?.text == "airliner, airplane" })
    }

    @Test("reward the words of likely classes, each picture's own, as far as is asked for")
    func guidance() throws {
      let (model, configuration) = Self.model(attends: false)
      try write(model, configuration)
      var captioner = try Captioner(model: directory.path)
      let free = try captioner.descriptions(of: CaptionerTests.images)
      #expect(captioner.tagGuidance == 0)
      captioner.tagGuidance = 60
      let guided = try captioner.descriptions(of: CaptionerTests.images)
      for (free, guided) in zip(free, guided) {
        #expect(guided.tags == free.tags)
        let words = guided.captions[0].words.map(\.text)
        #expect(words.first == "airplane", "\(words)")
        // A probability, without the reward.
        #expect(guided.captions[0].logProbability < 0)
      }
      captioner.tagGuidance = 1e-9
      let hardly = try captioner.descriptions(of: CaptionerTests.images)
      #expect(hardly.map { $0.captions.map(\.text) } == free.map { $0.captions.map(\.text) })
    }

    @Test("are none without a classifier")
    func none() throws {
      let captioner = Captioner(
        SmallModel.model(seed: 3), SmallModel.configuration, SmallModel.vocabulary)
      #expect(!captioner.ensemble.hasClassifier)
      for description in try captioner.descriptions(of: CaptionerTests.images) {
        #expect(description.tags.isEmpty && !description.captions.isEmpty)
      }
      #expect(
        try captioner.descriptions(of: CaptionerTests.images).map(\.captions)
          == captioner.captions(for: CaptionerTests.images))
      #expect(try captioner.descriptions(of: []).isEmpty)
    }

    // MARK: The folder

    @Test("stand in a file of the model that is listed, and is no part of other models")
    func file() throws {
      let (model, configuration) = Self.model(attends: false)
      try write(model, configuration)
      #expect(try directory.configuration() == configuration)
      #expect(try directory.classes(configuration.encoder) == Self.classes)
      let list = try ChecksumList(reading: "\(directory.path)/SHA256SUMS")
      #expect(list.entries.contains { $0.name == "classes.txt" })
      try directory.beginVerification().wait()
      #expect(try directory.classes(SmallModel.configuration.encoder) == nil)
      let rest = list.text.split(separator: "\n").filter { !$0.hasSuffix("classes.txt") }
      try folder.write(rest.joined(separator: "\n") + "\n", to: "model/SHA256SUMS")
      let error = try #require(throws: ModelError.self) {
        try directory.beginVerification().wait()
      }
      #expect(error == ModelError("\(directory.path)/SHA256SUMS", .unlisted("classes.txt")))
    }

    @Test(
      "that are too few, too many or nameless are refused",
      arguments: ["a\nb\nc\nd", "a\nb\nc\nd\ne\nf", "a\n\nb\nc\nd"])
    func otherClasses(text: String) throws {
      let (model, configuration) = Self.model(attends: false)
      try write(model, configuration)
      try folder.write(text, to: "model/classes.txt")
      let error = try #require(throws: ModelError.self) { _ = try Captioner(model: directory.path) }
      #expect(error == ModelError("\(directory.path)/classes.txt", .otherClasses(5)))
      #expect(
        error.description.hasPrefix("\(directory.path)/classes.txt: does not name the 5 classes"))
    }

    @Test("that lack their file are a model that is not whole")
    func noFile() throws {
      let (model, configuration) = Self.model(attends: false)
      try write(model, configuration, classes: nil)
      let error = try #require(throws: ModelError.self) { _ = try Captioner(model: directory.path) }
      #expect(error.path == "\(directory.path)/classes.txt")
      #expect(error.description.contains("the model lacks this file"))
    }

    // MARK: The configuration

    @Test("their number is written down, and makes an encoder with a classifier")
    func configuration() throws {
      var configuration = EncoderConfiguration(.mobileNetV3Small)
      #expect(!(configuration.makeEncoder() is ClassifyingEncoder))
      configuration.classCount = 5
      let encoder = try #require(configuration.makeEncoder() as? ClassifyingEncoder)
      #expect(encoder.pooledSize == 576)
      let plain = EncoderArchitecture.mobileNetV3Small.makeEncoder().parameters
        .map(\.parameter.name)
      #expect(
        encoder.parameters.map(\.parameter.name)
          == plain + [
            "classifier.0.weight", "classifier.0.bias", "classifier.3.weight", "classifier.3.bias",
          ])
      #expect(encoder.parameters.suffix(2).map(\.value.shape) == [[5, 1024], [5]])
      let whole = ModelConfiguration(encoder: configuration)
      #expect(whole.json["encoder"]?["classes"] == .number(5))
      let text = Array(whole.json.prettyText.utf8)
      #expect(try ModelConfiguration(JSONValue(reading: text)) == whole)
      let usual = ModelConfiguration(encoder: EncoderConfiguration(.mobileNetV3Small))
      #expect(usual.json["encoder"]?["classes"] == nil)
    }

    @Test("no number of them is for an encoder without a published classifier")
    func noClassifier() throws {
      for (encoder, count, problem) in [
        (EncoderArchitecture.smallCNN, "5", "is set, but small_cnn has no classifier"),
        (.mobileNetV3Small, "1", "is 1, but must be a whole number from 2 to 1000000"),
        (.mobileNetV3Small, "\"5\"", "is \"5\", but must be a whole number"),
      ] as [(EncoderArchitecture, String, String)] {
        let text = ModelConfiguration(encoder: EncoderConfiguration(encoder)).json.compactText
        let changed = text.replacing("\"encoder\":{", with: "\"encoder\":{\"classes\":\(count),")
        try #require(changed != text)
        let found = try #require(throws: ConfigurationProblem.self) {
          _ = try ModelConfiguration(JSONValue(reading: Array(changed.utf8)))
        }
        #expect(found.key == "encoder.classes")
        #expect(found.problem.hasPrefix(problem), "\(found.problem)")
      }
    }
  }
}
