import Captioning
import Files
import Layers
import Tensors
import TestSupport
import Testing
import Text

@testable import Training

extension TrainingTests {
  @Suite("Word vectors")
  struct WordVectorsTests {
    let folder: TemporaryFolder
    let vocabulary = Vocabulary(words: ["dog", "a", "häuser", ".", "at"])

    init() throws { folder = try TemporaryFolder() }

    private func read(_ text: String) throws -> WordVectors {
      try WordVectors(try folder.write(text, to: "vectors.txt"), of: vocabulary, size: 3)
    }

    private let rows: [TokenID: [Float]] = [
      TokenID(4): [1, -0.5, 2e-3], TokenID(6): [0, 0.25, 7],
    ]

    @Test("GloVe's file is read, and word2vec's with its first line and blanks at the ends")
    func formats() throws {
      let glove = try read("the 1 2 3\ndog 1 -0.5 2e-3\nhäuser 0 0.25 7\n")
      #expect(glove.rows == rows && glove.wantedCount == 5)
      #expect(try read("3 3\nthe 1 2 3 \ndog 1 -0.5 2e-3 \nhäuser 0 0.25 7 \n") == glove)
      #expect(try read("the\t1\t2\t3\r\ndog\t1\t-0.5\t2e-3\r\n\r\nhäuser\t0\t0.25\t7") == glove)
    }

    @Test("of a repeated word the first vector counts; words of several parts are nobody's")
    func oddLines() throws {
      let found = try read(
        "dog 1 -0.5 2e-3\n. . . 4 5 6\nat name@domain.com 4 5 6\nhäuser 0 0.25 7\ndog 9 9 9\n")
      #expect(found.rows == rows)
    }

    @Test("odd lines, other counts and torn ends cost their lines, and are told")
    func warnings() throws {
      func warnings(_ text: String) throws -> [String] {
        let vectors = try read(text)
        #expect(vectors.rows == rows)
        return vectors.warnings.map { String($0.drop { $0 != ":" }) }
      }
      let good = "dog 1 -0.5 2e-3\nhäuser 0 0.25 7\n"
      #expect(try warnings(good) == [])
      #expect(try warnings("\u{FEFF}" + good) == [])
      #expect(try warnings("\u{FEFF}2 3\n" + good) == [])
      #expect(
        try warnings(good + "cat 1 2\n")
          == [": 1 of 3 lines are left out, such as line 3: 'cat' is not followed by 3 numbers."])
      #expect(
        try warnings("cat 1 2\n\n" + good + "a 1 nan 3\n")
          == [": 2 of 4 lines are left out, such as line 1: 'cat' is not followed by 3 numbers."])
      #expect(try warnings("9 3\n" + good) == [": has 2 vectors, but its first line says 9."])
      #expect(
        try warnings("3 3\n" + good + "at 1 2")
          == [": 1 of 3 lines are left out, such as line 4: 'at' is not followed by 3 numbers."])
    }

    static let problems: [(text: String, problem: WordVectorError.Problem)] = [
      ("dog 1 2\n", .otherSize(2, wanted: 3)),
      ("dog 1 2\na 1 2\nat 1 2 3\n", .otherSize(2, wanted: 3)),
      ("2 300\ndog 1 2\n", .otherSize(300, wanted: 3)),
      ("dog x y\n", .notAVector(line: 1, word: "dog", size: 3)),
      ("dog\n", .notAVector(line: 1, word: "dog", size: 3)),
      ("a 1 2 3\ndog 1 x 3\n\nat 1 2 nan\n", .notAVector(line: 2, word: "dog", size: 3)),
      ("DOG 1 2 3\n", .noneFound), ("", .noneFound),
    ]

    @Test("what is wrong is said with the number of the line", arguments: problems)
    func problem(text: String, problem: WordVectorError.Problem) throws {
      let error = try #require(throws: WordVectorError.self) { _ = try read(text) }
      #expect(error.problem == problem)
    }

    @Test("each problem comes with its remedy")
    func messages() {
      func message(_ problem: WordVectorError.Problem) -> String {
        WordVectorError(path: "glove.txt", problem: problem).description
      }
      #expect(
        message(.otherSize(300, wanted: 512))
          == "glove.txt: has vectors of 300 numbers, but the words of the model have 512. "
          + "Train with --embed 300, or take another file.")
      #expect(
        message(.notAVector(line: 7, word: "dog", size: 3))
          == "glove.txt:7: 'dog' is not followed by 3 numbers. Is it a text file, and whole? Get a "
          + "fresh copy.")
      #expect(
        message(.noneFound)
          == "glove.txt: has no word of the captions. Is it of their language, and in lower case?")
      #expect(
        message(.unreadable(FileError("glove.txt", .missing))).hasPrefix(
          "glove.txt: there is no such file."))
    }

    @Test("a decoder begins with what was found, and keeps the rest")
    func beginning() throws {
      let configuration = DecoderConfiguration(embeddingSize: 3, hiddenSize: 2)
      var decoder = configuration.makeDecoder(featureSize: 4, vocabularySize: vocabulary.count)
      var random = SeededGenerator(seed: 1)
      decoder.initialize(using: &random)
      func words(_ decoder: any CaptionDecoder) throws -> [[Float]] {
        let table = try #require(
          decoder.parameters.first { $0.parameter.name == CaptionModel.wordEmbeddingName })
        return (0..<vocabulary.count).map { table.value.slice($0..<$0 + 1).floats }
      }
      var expected = try words(decoder)
      let others = decoder.parameters.count { $0.parameter.name != CaptionModel.wordEmbeddingName }
      #expect(others == decoder.parameters.count - 1)
      decoder.begin(with: try read("dog 1 -0.5 2e-3\nhäuser 0 0.25 7\n"))
      (expected[4], expected[6]) = ([1, -0.5, 2e-3], [0, 0.25, 7])
      #expect(try words(decoder) == expected)
    }

    @Test("frozen, it does not move and nothing is remembered of it")
    func frozen() throws {
      let run = ParityRun("frozen words") { $0.freezesWords = true }
      var state = run.state()
      let before = state.model.parameters
      for (step, batches) in try run.steps().prefix(3).enumerated() {
        _ = run.learn(from: batches, step, &state)
      }
      #expect(state.optimizer.memories[CaptionModel.wordEmbeddingName] == nil)
      for ((parameter, old), (_, new)) in zip(before, state.model.parameters) {
        guard parameter.name.hasPrefix("word_") else { continue }
        #expect(
          (old.floats == new.floats) == (parameter.name == CaptionModel.wordEmbeddingName),
          "\(parameter.name)")
      }
    }
  }
}
