import Foundation
import Testing

@testable import Text

/// The pass over bytes against the scanner, which the reference's own output is compared with.
@Suite("Words of plain captions")
struct PlainWordsTests {
  private let tokenizer = CaptionTokenizer()

  private func expectSameWords(_ caption: String) {
    let (plain, scanned) = (tokenizer.words(of: caption), tokenizer.scannedWords(of: caption))
    #expect(plain == scanned, "\(caption.debugDescription)")
  }

  @Test(
    "are those of the scanner where a token is hardly other than plain",
    arguments: [
      "A dog runs on grass.", "a dog , a cat and a cow .", "a dog. . . a cat", "one . . .5",
      ". . .",
      "gonna, cannot. Yellow woman", "vitamin C. The dog", "vitamin C. the dog", "at 5 a.m. or b.",
      "dept. etc. no. 5 fig. mass. Mass. PTY. pty. st.", "x. x_x x^x", "a.b a,b a, b",
      "word.\u{7F}word",
      "1 1/2 cups 555 123 4567", "f# c++ C# c.", "well-known T-shirt's o'clock", "AT&T a&eacute;b",
      "a@b.c a.jpg, b.png", "", " ", ".", ",", "a", "a.", "Mr.", "don't\tstop\r\nnow", "a\0b",
    ])
  func oddities(caption: String) { expectSameWords(caption) }

  @Test("are those of the scanner on random words, marks and blanks")
  func random() {
    var state: UInt64 = 7
    func draw(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    let parts =
      [
        "a", "dog", "Cannot", "gonna", "yellow", "C", "U.S", "etc", "Mr", "dept", "5", "12", "x1",
        "no",
        "don", "'", "t", "-", "/", "&", "@", "$", ":", ";", ")", "(", "_", "#", "+", "!", "?", "\t",
        "\u{7F}",
        "com", "jpg", "http://", "é", "<b>", "wanna", "PH", "D",
      ] + Array(repeating: " ", count: 24) + Array(repeating: ".", count: 8)
      + Array(repeating: ",", count: 4)
    for _ in 0..<60_000 {
      expectSameWords((0..<draw(14)).map { _ in parts[draw(parts.count)] }.joined())
    }
  }

  @Test("are bounded as the scanner's are")
  func bounds() {
    for word in ["dog ", "don't ", "dog. ", "1/2 "] {
      expectSameWords(String(repeating: word, count: CaptionTokenizer.wordLimit + 1))
    }
    for count in [999, 1000, 1001, 2500] {
      expectSameWords(String(repeating: "a", count: count) + ". b")
    }
    for count in [0, 1] {
      expectSameWords(
        String(repeating: "a ", count: CaptionTokenizer.lengthLimit / 2)
          + String(repeating: "b", count: count))
    }
  }
}
