import Testing

@testable import Text

@Suite("Words of any language")
struct UnicodeWordsTests {
  private let tokenizer = CaptionTokenizer(.unicode)

  @Test(
    "end at Unicode's word boundaries, in lower case",
    arguments: [
      ("Ein großer Hund läuft über die Straße.", "ein großer hund läuft über die straße"),
      ("L'homme n’est pas là, d'accord?", "l'homme n’est pas là d'accord"),
      ("1,000.5 dogs; 3D-Brillen e.g. U.S.A.", "1,000.5 dogs 3d brillen e.g u.s.a"),
      ("snake_case _x_ don't rock'n'roll 'quoted'", "snake_case _x_ don't rock'n'roll quoted"),
      ("a,b 1,b a.1 1.2.3", "a b 1 b a 1 1.2.3"),
      ("كلبان يركضان على العشب.", "كلبان يركضان على العشب"), ("הכלב רץ.", "הכלב רץ"),
      ("कुत्ता दौड़ता है।", "कुत्ता दौड़ता है"), ("개가 달린다", "개가 달린다"), ("Собака бежит!", "собака бежит"),
      ("小さい犬が走る。", "小 さ い 犬 が 走 る"), ("2匹の犬とボール", "2 匹 の 犬 と ボ ー ル"),
      ("一只棕色的狗", "一 只 棕 色 的 狗"), ("สุนัขวิ่ง", "สุ นั ข วิ่ ง"), ("😀 dog 👨‍👩‍👧 ❤", "dog"),
      ("… -- ?!", ""), ("", ""), ("a\u{A0}b\nc\t", "a b c"),
    ])
  func words(caption: String, expected: String) {
    #expect(tokenizer.words(of: caption) == expected.split(separator: " ").map(String.init))
  }

  @Test("are joined without blanks where the script has none")
  func sentences() {
    for caption in ["小さい赤い丸が走る", "ein hund", "l'homme court", "كلب صغير", "一只dog"] {
      let words = tokenizer.words(of: caption)
      let sentence = tokenizer.sentence(of: words)
      #expect(tokenizer.words(of: sentence) == words)
      if caption != "一只dog" { #expect(sentence == caption) }
    }
  }

  @Test("are bounded")
  func bounds() {
    #expect(
      tokenizer.words(of: String(repeating: "犬", count: 5000)).count == CaptionTokenizer.wordLimit)
    let long = String(repeating: "a", count: CaptionTokenizer.lengthLimit + 9)
    #expect(tokenizer.words(of: long).first?.count == CaptionTokenizer.lengthLimit)
  }

  @Test("are named in a model's files")
  func identity() {
    #expect(tokenizer.identity == .init(type: "unicode-words", version: 1))
    for kind in CaptionTokenizer.Kind.allCases {
      #expect(CaptionTokenizer(CaptionTokenizer(kind).identity) == CaptionTokenizer(kind))
    }
    #expect(CaptionTokenizer(.init(type: "ptb-lower", version: 2)) == nil)
  }
}
