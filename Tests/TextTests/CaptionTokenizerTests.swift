import Foundation
import Testing

@testable import Text

@Suite("Caption tokenizer")
struct CaptionTokenizerTests {
  private let tokenizer = CaptionTokenizer()

  @Test(
    "copies the reference's quirks",
    arguments: [
      ("(one, two)", "-lrb- one two -rrb-"),
      ("[a] {b}", "-lsb- a -rsb- -lcb- b -rcb-"),
      ("The man's dog doesn't like the dogs' toys.", "the man 's dog does n't like the dogs toys"),
      (#""A stop sign" says 'STOP'"#, "a stop sign says stop"),
      (
        "well-known black-and-white cat/dog 10-11 T-shirt",
        "well-known black-and-white cat/dog 10-11 t-shirt"
      ),
      ("What is this???", "what is this ???"),
      ("a car... one -- two --- three – four — five", "a car one two three four five"),
      (
        "cannot gonna wanna gotta lemme dunno", "can not gon na wan na got ta lem me dunno"
      ),
      ("can't won't 'tis 'twas I'd they'll", "ca n't wo n't 't is 't was i 'd they 'll"),
      ("y'all o'clock rock 'n' roll ma'am", "y' all o'clock rock 'n' roll ma'am"),
      ("5:30 p.m.", "5:30 p.m."),
      ("U.S. and Mr. Smith", "u.s. and mr. smith"),
      ("Ph.D. e.g. etc. No. 5", "ph.d. e.g. etc. no. 5"),
      ("tv. TV's", "tv tv 's"),
      ("$1,000.50 50% #1 £5 €6 ½", "$ 1,000.50 50 % # 1 # 5 $ 6 1/2"),
      ("salt & pepper a+b=c ~x <3", "salt & pepper a + b = c ~ x < 3"),
      (#"5'10" 12""#, "5 10 12"),
      (":) ;-)", ":-rrb- ;--rrb-"),
      ("a dog 🐕 日本語", "a dog 日本語"),
      ("frisbee.A man", "frisbee.a man"),
      ("", ""),
      ("...", ""),
    ])
  func quirks(caption: String, words: String) {
    #expect(tokenizer.words(of: caption).joined(separator: " ") == words)
  }

  @Test("treats line ends as blanks", arguments: ["\n", "\r\n", "\t", "\u{2028}", "\u{B}", "\0"])
  func lineEnds(blank: String) {
    #expect(tokenizer.words(of: "a dog\(blank)runs") == ["a", "dog", "runs"])
  }

  @Test("writes a no-break space inside a token of several parts")
  func noBreakSpace() {
    #expect(tokenizer.words(of: "1 1/2 cups") == ["1\u{A0}1/2", "cups"])
  }

  @Test("does not take the Greek question mark for the semicolon Swift compares it equal to")
  func canonicalEquivalents() {
    #expect(tokenizer.words(of: "\u{37E} ;").map { Array($0.unicodeScalars) } == [["\u{37E}"]])
  }

  @Test("stops at the word limit, and reads no more of a caption than the length limit")
  func limits() {
    let limit = CaptionTokenizer.wordLimit
    #expect(tokenizer.words(of: String(repeating: "dog ", count: limit + 1)).count == limit)
    let long = String(repeating: ".", count: CaptionTokenizer.lengthLimit) + " dog"
    #expect(tokenizer.words(of: long).isEmpty)
  }

  @Test("is quick on a long caption that looks like one address or tag at every position")
  func hostileLength() {
    for hostile in ["<a ", "a,", "a.", "1-1/", "&", "http://", "<!", "a@", "1 ", "a.1", "#a."] {
      let caption = String(repeating: hostile, count: 1 << 15)
      let time = ContinuousClock().measure { _ = tokenizer.words(of: caption) }
      // Milliseconds in a release build; this is a debug build on a busy machine.
      #expect(time < .seconds(10), "\(hostile) took \(time)")
    }
  }

  @Test("gives printable words, and the same again from them, on random scalars")
  func randomScalars() {
    var state: UInt64 = 1
    func draw(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    let likely = Array("aAbn1 .'-,/&@:;!?()\"$%#_<>=é日’“\u{AD}\u{0}\n".unicodeScalars)
    for _ in 0..<3000 {
      var caption = String.UnicodeScalarView()
      for _ in 0..<draw(30) {
        let rare = Unicode.Scalar(UInt32(draw(0x11000))) ?? "x"
        caption.append(draw(8) == 0 ? rare : likely[draw(likely.count)])
      }
      let words = tokenizer.words(of: String(caption))
      #expect(words == tokenizer.words(of: String(caption) + " "))
      for word in words { #expect(word.isStorable, "\(word.debugDescription)") }
    }
  }

  @Test("has a name and version for tokenizer_config.json")
  func identity() throws {
    let json = try JSONEncoder().encode(tokenizer.identity)
    let read = try JSONDecoder().decode(CaptionTokenizer.Identity.self, from: json)
    #expect(read == CaptionTokenizer.Identity(type: "ptb-lower", version: 1))
  }
}

// MARK: - Against the reference's own output

extension CaptionTokenizerTests {
  /// `scripts/fixtures/tokenizer.py` wrote the fixture with Stanford's PTBTokenizer 3.4.1.
  ///
  /// `CUTLINE_TOKENIZER_FIXTURE` names another one, of random captions.
  @Test("agrees with coco-caption on our own captions")
  func fixture() throws {
    let other = ProcessInfo.processInfo.environment["CUTLINE_TOKENIZER_FIXTURE"]
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let path = other ?? tests.appending(path: "Fixtures/tokenizer.tsv").path
    let pairs = try lines(of: path).map { line in
      let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
      try #require(columns.count == 2)
      return (caption: String(columns[0]), words: String(columns[1]))
    }
    #expect(pairs.count > 500)
    expectAgreement(pairs)
  }

  @Test("agrees with coco-caption on 22,137 captions", .enabled(if: goldenFolder != nil))
  func golden() throws {
    let folder = try #require(goldenFolder)
    let captions = try lines(of: "\(folder)/ptb_in.txt")
    let tokens = try lines(of: "\(folder)/ptb_out.txt")
    #expect(captions.count == 22_137)
    try #require(captions.count == tokens.count)
    expectAgreement(zip(captions, tokens).map { (caption: $0, words: wordsAlone($1)) })
  }

  private func expectAgreement(_ pairs: [(caption: String, words: String)]) {
    for (caption, words) in pairs {
      let ours = tokenizer.words(of: caption).joined(separator: " ")
      #expect(ours == tokenizer.scannedWords(of: caption).joined(separator: " "))
      // Compared as scalars, since Swift treats composed and decomposed letters as equal.
      #expect(
        Array(ours.unicodeScalars) == Array(words.unicodeScalars),
        "\(caption.debugDescription): \(ours.debugDescription), not \(words.debugDescription)")
    }
  }

  /// Returns the lines separated by line feeds only, as captions may contain other line breaks.
  private func lines(of path: String) throws -> [String] {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    return text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init).dropLast()
  }

  /// Returns the tokens without the punctuation that coco-caption removes, which the golden output still
  /// contains.
  private func wordsAlone(_ tokens: String) -> String {
    let dropped: Set = ["''", "'", "``", "`", ".", "?", "!", ",", ":", "-", "--", "...", ";"]
    return tokens.split(separator: " ").filter { !dropped.contains(String($0)) }
      .joined(separator: " ")
  }
}

/// The folder of the large reference output, which is not part of the project; nil, with a line on standard
/// error, if it is missing.
private let goldenFolder: String? = {
  let data = ProcessInfo.processInfo.environment["CUTLINE_TEST_DATA"]
  let folder = data.map { "\($0)/../golden" } ?? ""
  if FileManager.default.fileExists(atPath: "\(folder)/ptb_in.txt") { return folder }
  let notice =
    "skipped: caption tokenizer against golden/ptb_in.txt, since CUTLINE_TEST_DATA is not set "
    + "to a folder beside it\n"
  FileHandle.standardError.write(Data(notice.utf8))
  return nil
}()
