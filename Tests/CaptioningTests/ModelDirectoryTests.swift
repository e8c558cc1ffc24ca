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
  @Suite("Model folders")
  struct ModelDirectoryTests {
    let folder: TemporaryFolder
    var path: String { "\(folder.path)/model" }

    init() throws {
      folder = try TemporaryFolder()
    }

    @Test("hold a model to the bit in float32, and to its rounding in bfloat16")
    func roundTrip() throws {
      let model = SmallModel.model(seed: 2)
      for precision in [ElementType.float32, .bfloat16] {
        try write(model, precision: precision, replacing: true)
        let directory = ModelDirectory(path)
        let configuration = try directory.configuration()
        let vocabulary = try directory.vocabulary()
        #expect(configuration == SmallModel.configuration)
        #expect(vocabulary == SmallModel.vocabulary)
        let loaded = try directory.model(configuration, vocabulary: vocabulary)
        let pairs = zip(loaded.parameters, model.parameters)
        #expect(loaded.parameters.count == model.parameters.count)
        for (found, expected) in pairs {
          #expect(found.parameter == expected.parameter)
          let rounded = expected.value.converted(to: precision).converted(to: .float32)
          #expect(found.value.floats == rounded.floats, "\(found.parameter.name)")
          // Matrices are read where they lie.
          let type = found.value.rank == 2 ? precision : .float32
          #expect(found.value.elementType == type, "\(found.parameter.name)")
        }
        try directory.beginVerification().wait()
      }
    }

    @Test("hold everything that a model needs, and no more")
    func files() throws {
      try write()
      #expect(
        try namesInFolder(path) == [
          "README.md", "SHA256SUMS", "config.json", "counts.tsv", "model.safetensors",
          "tokenizer_config.json", "vocab.json",
        ])
      #expect(try namesInFolder(folder.path) == ["model"])
      #expect(try SafetensorsFile("\(path)/model.safetensors").metadata == ["format": "pt"])
    }

    @Test("give the same captions as the model they were written from")
    func captions() throws {
      let model = SmallModel.model(seed: 6)
      try write(model)
      let loaded = try Captioner(model: path)
      let original = Captioner(model, SmallModel.configuration, SmallModel.vocabulary)
      #expect(
        try loaded.captions(for: CaptionerTests.images)
          == original.captions(for: CaptionerTests.images))
    }

    @Test("may hold an encoder alone, which cannot caption yet")
    func encoderAlone() throws {
      var configuration = SmallModel.configuration
      configuration.decoder = nil
      let encoder = SmallModel.model(seed: 2).encoder
      let parameters = encoder.parameters.map { ("encoder." + $0.parameter.name, $0.value) }
      try ModelDirectory.write(
        .init(configuration: configuration, parameters: parameters, words: nil, card: ""),
        to: path, precision: .float32)
      #expect(
        try namesInFolder(path) == ["README.md", "SHA256SUMS", "config.json", "model.safetensors"])
      let directory = ModelDirectory(path)
      let loaded = try directory.encoder(directory.configuration().encoder)
      #expect(loaded.parameters.map(\.value.floats) == encoder.parameters.map(\.value.floats))
      try directory.beginVerification().wait()

      let error = try #require(throws: ModelError.self) {
        _ = try directory.model(directory.configuration(), vocabulary: SmallModel.vocabulary)
      }
      #expect(error == ModelError(path, .noDecoder))
      #expect(
        error.description
          == "\(path): is an encoder that has learned no captions. Train it: cutline train DATASET "
          + "--encoder-model \(path) -o runs/first")
    }

    @Test("give their encoder without the decoder")
    func encoderOfModel() throws {
      let model = SmallModel.model(seed: 2)
      try write(model)
      let loaded = try ModelDirectory(path).encoder(SmallModel.configuration.encoder)
      #expect(loaded.parameters.map(\.value.floats) == model.encoder.parameters.map(\.value.floats))
    }

    // MARK: Names

    @Test("are found by path or by name")
    func names() throws {
      try write()
      #expect(try ModelDirectory(named: path, searching: []).path == path)
      #expect(
        try ModelDirectory(named: "model", searching: ["/nowhere", folder.path]).path == path)
    }

    @Test("that do not exist are reported with where they were looked for")
    func notFound() throws {
      let error = try #require(throws: ModelError.self) {
        _ = try ModelDirectory(named: "mine", searching: ["/nowhere", folder.path])
      }
      #expect(error == ModelError("mine", .notFound(searched: ["/nowhere", folder.path])))
      #expect(
        error.description
          == "no model called \"mine\". Looked in: /nowhere, \(folder.path).\n"
          + "Name one with --model DIR, or train one: cutline train DATASET -o runs/first")
      let path = try #require(throws: ModelError.self) {
        _ = try ModelDirectory(named: "some/where", searching: [folder.path])
      }
      #expect(path.problem == .notFound(searched: ["some/where"]))
    }

    // MARK: Replacing

    @Test("are replaced only when asked to, and only if they are models")
    func replacing() throws {
      try write(SmallModel.model(seed: 1))
      let refused = try #require(throws: FileError.self) { try write(SmallModel.model(seed: 2)) }
      #expect(refused == FileError(path, .exists))
      #expect(refused.description.contains("add --force"))
      try write(SmallModel.model(seed: 2), replacing: true)
      let loaded = try ModelDirectory(path).encoder(SmallModel.configuration.encoder)
      #expect(
        loaded.parameters.map(\.value.floats)
          == SmallModel.model(seed: 2).encoder.parameters.map(\.value.floats))

      let home = try folder.makeFolder("home")
      try folder.write("precious", to: "home/letter.txt")
      let kept = try #require(throws: FileError.self) {
        try ModelDirectory.write(contents(), to: home, precision: .float32, replacing: true)
      }
      #expect(kept == FileError(home, .exists))
      #expect(try namesInFolder(home) == ["letter.txt"])
      #expect(try namesInFolder(folder.path) == ["home", "model"], "nothing is left behind")
    }

    // MARK: Damage

    @Test(
      "a file that is missing is named",
      arguments: ["config.json", "vocab.json", "model.safetensors"])
    func missingFile(name: String) throws {
      try write()
      try remove(name)
      let error = try #require(throws: ModelError.self) { try load() }
      let file = "\(path)/\(name)"
      #expect(error.path == file)
      #expect(
        error.description
          == "\(file): the model lacks this file. Get a fresh copy of the model.")
      if name != "model.safetensors" {
        #expect(error.problem == .unreadable(FileError(file, .missing)))
      }
    }

    @Test("a tensor too many, too few, of another shape or not finite is named")
    func tensors() throws {
      let file = "\(path)/model.safetensors"
      let first = "encoder.stages.0.conv.weight"
      let cases: [(WeightsError.Problem, ([Named]) -> [Named])] = [
        (.unexpected("extra"), { $0 + [("extra", Tensor(zeros: [2]))] }),
        (.missing(first), { Array($0.dropFirst()) }),
        (
          .wrongShape(first, expected: [16, 3, 3, 3], found: [3]),
          { [(first, Tensor(zeros: [3]))] + $0.dropFirst() }
        ),
        (
          .nonFinite(first),
          { [(first, Tensor(repeating: .infinity, shape: [16, 3, 3, 3]))] + $0.dropFirst() }
        ),
        (
          .nonFinite(first),
          { [(first, Tensor(repeating: .nan, shape: [16, 3, 3, 3]))] + $0.dropFirst() }
        ),
      ]
      for (problem, change) in cases {
        var contents = contents()
        contents.parameters = change(contents.parameters)
        try ModelDirectory.write(contents, to: path, precision: .float32, replacing: true)
        let error = try #require(throws: ModelError.self) { try load() }
        let expected = WeightsError(path: file, problem: problem)
        #expect(error.path == file && error.problem == .weights(expected))
        #expect(error.description == expected.description)
      }
    }

    @Test("a classifier is read with its labels, and refused with others or none")
    func labels() throws {
      var contents = contents()
      contents.configuration.decoder?.type = Configured(.frameClassifier)
      let decoder = try #require(contents.configuration.decoder)
      let labels = ["playing guitar", "waving"]
      var model = CaptionModel(
        encoder: SmallModel.configuration.encoder.makeEncoder(),
        decoder: decoder.makeDecoder(
          reading: SmallModel.configuration.encoder.makeEncoder(), vocabularySize: 6))
      var random = SeededGenerator(seed: 1)
      model.initialize(using: &random)
      contents.parameters = model.parameters.map { ($0.parameter.name, $0.value) }
      contents.words = (Vocabulary(words: labels), WordCounts(counting: [labels]))
      try ModelDirectory.write(contents, to: path, precision: .float32)
      let directory = ModelDirectory(path)
      #expect(try directory.vocabulary().word(TokenID(4)) == "playing guitar")
      #expect(try directory.counts().counts["playing guitar"] == 1)
      #expect(try directory.verify() == contents.parameters.count)
      for (words, scores) in [(labels + ["x"], 6), ([], 6)] {
        try rewrite("vocab.json", Vocabulary(words: words).json())
        let error = try #require(throws: ModelError.self) { try load() }
        let problem = ModelError.Problem.otherVocabulary(words: words.count + 4, scores: scores)
        #expect(error == ModelError("\(path)/vocab.json", problem))
      }
    }

    @Test("a vocabulary of another model is told from damaged numbers")
    func otherVocabulary() throws {
      try write()
      let other = Vocabulary(words: SmallModel.words + ["cat"])
      try rewrite("vocab.json", other.json())
      let error = try #require(throws: ModelError.self) { try load() }
      #expect(error == ModelError("\(path)/vocab.json", .otherVocabulary(words: 9, scores: 8)))
      #expect(
        error.description
          == "\(path)/vocab.json: has 9 words, but the decoder scores 8. The vocabulary is another "
          + "model's; get a fresh copy.")
    }

    @Test("files that are not what they should be say so")
    func garbage() throws {
      try write()
      try rewrite("vocab.json", Array("[]".utf8))
      let vocabulary = try #require(throws: ModelError.self) { try load() }
      #expect(vocabulary.description.hasPrefix("\(path)/vocab.json: not a JSON object"))
      try rewrite("model.safetensors", Array("PK\u{3}\u{4}, or so".utf8))
      #expect(throws: ModelError.self) {
        try ModelDirectory(path).encoder(EncoderConfiguration(.smallCNN))
      }
      try rewrite("config.json", Array("{\"schema\": ".utf8))
      let json = try #require(throws: ModelError.self) { try load() }
      #expect(json.description.hasPrefix("\(path)/config.json: is not as it should be at line 1, "))
      #expect(json.description.hasSuffix("Get a fresh copy of the model."))
      try rewrite("config.json", Array("{\"schema\": 7}".utf8))
      let setting = try #require(throws: ModelError.self) { try load() }
      #expect(
        setting.description
          == "\(path)/config.json: 'schema' is 7, but must be a text. Mend the file, or get a fresh "
          + "copy of the model.")
    }

    // MARK: Checksums

    @Test("a changed file is found out before the first caption leaves")
    func changedFile() throws {
      try write()
      let counts = "\(path)/counts.tsv"
      try rewrite("counts.tsv", Array("dog\t3\n".utf8))
      let error = try #require(throws: ModelError.self) {
        try ModelDirectory(path).beginVerification().wait()
      }
      #expect(error.path == counts)
      #expect(error.description.hasPrefix("\(counts): its SHA-256 is "))
      #expect(error.description.contains("The file was damaged or changed; get a fresh copy"))
      let captioner = try Captioner(model: path)
      let late = try #require(throws: ModelError.self) {
        _ = try captioner.captions(for: CaptionerTests.images)
      }
      #expect(late == error)
    }

    @Test("a list that leaves out a file that captions depend on does not pass")
    func unlistedFile() throws {
      try write()
      let list = "\(path)/SHA256SUMS"
      let lines = try ChecksumList(reading: list).text.split(separator: "\n")
      let rest = lines.filter { !$0.hasSuffix("vocab.json") }.joined(separator: "\n") + "\n"
      try rewrite("SHA256SUMS", Array(rest.utf8))
      let error = try #require(throws: ModelError.self) {
        try ModelDirectory(path).beginVerification().wait()
      }
      #expect(error == ModelError(list, .unlisted("vocab.json")))
      #expect(
        error.description
          == "\(list): does not list 'vocab.json', so the file cannot be checked. Get a fresh "
          + "copy of the model.")
    }

    @Test("a missing list is reported as a missing file")
    func missingList() throws {
      try write()
      try remove("SHA256SUMS")
      let list = "\(path)/SHA256SUMS"
      let error = try #require(throws: ModelError.self) {
        try ModelDirectory(path).beginVerification().wait()
      }
      #expect(error.path == list)
      #expect(
        error.description
          == "\(list): the model lacks this file. Get a fresh copy of the model.")
    }

    // MARK: Making and breaking

    private typealias Named = (name: String, value: Tensor)

    private func contents(
      _ model: CaptionModel = SmallModel.model(seed: 2)
    )
      -> ModelDirectory.Contents
    {
      ModelDirectory.Contents(
        configuration: SmallModel.configuration,
        parameters: model.parameters.map { ($0.parameter.name, $0.value) },
        words: (SmallModel.vocabulary, WordCounts(counting: [SmallModel.words])), card: "# Small\n")
    }

    private func write(
      _ model: CaptionModel = SmallModel.model(seed: 2),
      precision: ElementType = .float32, replacing: Bool = false
    ) throws {
      try ModelDirectory.write(
        contents(model), to: path, precision: precision, replacing: replacing)
    }

    private func load() throws {
      let directory = ModelDirectory(path)
      _ = try directory.model(directory.configuration(), vocabulary: directory.vocabulary())
    }

    private func rewrite(_ name: String, _ bytes: [UInt8]) throws {
      try folder.write(bytes, to: "model/\(name)")
    }

    private func remove(_ name: String) throws {
      try FileManager.default.removeItem(atPath: "\(path)/\(name)")
    }
  }
}
