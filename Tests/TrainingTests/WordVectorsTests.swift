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
      ("DOG 1 2 3\n", .noneFound), ("\n", .noneFound),
      // Of words that nobody looks for the numbers are not read.
      ("x 1,5 2 3\ny 1 2 3\nz 1 2 3\ndog 1,5 0,25 3\n", .commas(line: 4)),
      ("dog,1,2,3\na,1,2,3\n", .commas(line: 1)), ("dog 1, 2, 3\n", .commas(line: 1)),
      ("x 1 2 3\ny 1 2 3\nz 1 2 3\ndog 1 2 inf\n", .notAVector(line: 4, word: "dog", size: 3)),
    ]

    @Test("what is wrong is said with the number of the line", arguments: problems)
    func problem(text: String, problem: WordVectorError.Problem) throws {
      let error = try #require(throws: WordVectorError.self) { _ = try read(text) }
      #expect(error.problem == problem)
    }

    @Test(
      "other forms are told by how they begin",
      arguments: [
        ("\u{1F}\u{8B}\u{8}", "compressed with gzip, which is not read. Unpack it, with gunzip."),
        ("PK\u{3}\u{4}", "a zip archive"), ("BZh91AY", "compressed with bzip2"),
        ("\u{FD}7zXZ\0", "compressed with xz"), ("(\u{B5}/\u{FD}", "compressed with zstd"),
        ("\u{BA}\u{16}O/\u{C}\0", "a binary model of fastText"),
        ("\u{80}\u{4}\u{95}", "a pickle of Python"), ("\u{93}NUMPY\u{1}", "an array of NumPy"),
        ("\u{FF}\u{FE}d\0", "UTF-16 text"), ("<!DOCTYPE html>", "a page of the web"),
        ("2 3\ndog \0\0\u{80}?", "word2vec's binary form"), ("2 3 4\ndog \0\0\u{80}?", "no text"),
        ("version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer"),
      ])
    func otherForms(head: String, title: String) throws {
      // Each scalar is a byte.
      let bytes = head.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
      let path = try folder.write(bytes + Array("\ndog 1 2 3\n".utf8), to: "vectors.txt")
      let error = try #require(throws: WordVectorError.self) {
        _ = try WordVectors(path, of: vocabulary, size: 3)
      }
      #expect("\(error)".hasPrefix("\(path): is \(title)"), "\(error)")
      #expect("\(error)".contains("which is not read. "))
    }

    @Test("an empty file, and one without line feeds, say so; <unk> begins no page of the web")
    func oddFiles() throws {
      func problem(_ text: String) throws -> String? {
        let path = try folder.write(text, to: "v.txt")
        do throws(WordVectorError) {
          _ = try WordVectors(path, of: vocabulary, size: 3)
          return nil
        } catch {
          return "\(error)".replacing("\(folder.path)/", with: "")
        }
      }
      #expect(try problem("") == "v.txt: is empty (0 bytes). Get a fresh copy.")
      let returns = String(repeating: "dog 1 2 3\r", count: 60_000)
      #expect(try problem(returns)?.hasPrefix("v.txt:1: has more than 524288 bytes.") == true)
      #expect(try problem("<unk> 1 2 3\ndog 1 2 3\n") == nil)
    }

    @Test("blocks of NUL at the end are a torn line")
    func nulBlocks() throws {
      let words = (0..<1000).map { "w\($0) 1 2 3\n" }.joined()
      let vectors = try read(
        "dog 1 -0.5 2e-3\nhäuser 0 0.25 7\n" + words + String(repeating: "\0", count: 4096))
      #expect(vectors.rows == rows)
      #expect(vectors.oddLineCount == 1 && vectors.warnings.count == 1)
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
        message(.commas(line: 7))
          == "glove.txt:7: has commas in its numbers, or between them. Write decimal points, and "
          + "blanks between the numbers.")
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
      func words(_ decoder: any VisualDecoder) throws -> [[Float]] {
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
      #expect(state.optimizer.states[CaptionModel.wordEmbeddingName] == nil)
      for ((parameter, old), (_, new)) in zip(before, state.model.parameters) {
        guard parameter.name.hasPrefix("word_") else { continue }
        #expect(
          (old.floats == new.floats) == (parameter.name == CaptionModel.wordEmbeddingName),
          "\(parameter.name)")
      }
    }
  }
}
