import Synthesis
import Testing
import Text

@Suite("Drawn captions in several languages")
struct CaptionLanguageTests {
  @Test("tell all scenes apart", arguments: CaptionLanguage.allCases)
  func distinct(language: CaptionLanguage) {
    let captions = Set(SceneCaption.all.map { $0.text(in: language) })
    #expect(captions.count == SceneCaption.all.count)
    let tokenizer = CaptionTokenizer(.unicode)
    #expect(
      captions.allSatisfy { tokenizer.sentence(of: tokenizer.words(of: $0)) == $0.lowercased() })
  }

  @Test("inflect their words")
  func inflection() throws {
    let caption = try #require(
      SceneCaption.all.first { $0.text == "a large red circle left of a small blue square" })
    #expect(
      caption.text(in: .german) == "ein großer roter Kreis links von einem kleinen blauen Quadrat")
    #expect(caption.text(in: .japanese) == "大きい赤い丸が小さい青い四角の左にあります")
    #expect(caption.text(in: .arabic) == "دائرة كبيرة حمراء على يسار مربع صغير أزرق")
    let other = try #require(SceneCaption.all.first { $0.text == "a small green cross" })
    #expect(other.text(in: .german) == "ein kleines grünes Kreuz")
    #expect(other.text(in: .japanese) == "小さい緑の十字があります")
    #expect(other.text(in: .arabic) == "صليب صغير أخضر")
  }
}
