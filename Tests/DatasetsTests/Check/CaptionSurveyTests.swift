import Testing

@testable import Datasets

@Suite("Caption survey")
struct CaptionSurveyTests {
  private func survey(_ captions: [[String]], threadCount: Int = 1) -> CaptionSurvey {
    let examples = captions.enumerated().map {
      CaptionedImage(id: $0, folder: "f", name: "\($0).jpg", captions: $1)
    }
    return CaptionSurvey(
      CaptionDataset(split: .train, examples: examples), threadCount: threadCount)
  }

  @Test("counts words and lengths, the same on any number of threads")
  func counts() {
    let captions = (0..<101).map { number in
      (0..<number % 4).map { "a dog number\($0 % 2) runs" }
    }
    let one = survey(captions)
    #expect(one.lengths[3] == [4, 4, 4])
    #expect(one.counts.counts["dog"] == captions.joined().count)
    for threadCount in [2, 3, 200] {
      let several = survey(captions, threadCount: threadCount)
      #expect(several.lengths == one.lengths)
      #expect(several.counts == one.counts)
      #expect(several.oddities == one.oddities)
    }
    #expect(survey([]).lengths.isEmpty)
  }

  @Test(
    "finds what looks like a mistake",
    arguments: [
      ("...", [.withoutWords]), ("dog dog dog", [.oneWordRepeated]), ("dog dog", []),
      (String(repeating: "a dog ", count: 31), [.tooLong]),
      (String(repeating: "a dog ", count: 30), []),
      ("a dog\u{7}", [.controlCharacters]), ("a dog\nruns", [.controlCharacters]),
      ("a caf\u{FFFD}", [.controlCharacters]), ("a café", []), ("two 🐕 dogs", []),
      ("see http://x.org/a", [.markup]), ("WWW.x.org dog", [.markup]), ("<b>dog</b>", [.markup]),
      ("a dog &amp; a cat", [.markup]), ("<a href='x'>dog", [.markup]), ("dog < cat > mouse", []),
      ("a dog w/ a stick", []), ("Q&A", []), ("w", []), ("<", []),
    ] as [(String, [CaptionSurvey.Oddity.Kind])])
  func oddities(caption: String, kinds: [CaptionSurvey.Oddity.Kind]) {
    #expect(survey([["fine"], ["fine", caption]]).oddities.map(\.kind) == kinds)
    #expect(survey([["fine", caption]]).oddities.allSatisfy { $0.caption == 1 })
  }

  @Test("finds a caption that its picture has twice, but not one that two pictures share")
  func repeated() {
    let survey = survey([["a dog", "a cat", "a dog"], ["a dog"]])
    #expect(survey.oddities == [.init(kind: .repeated, picture: 0, caption: 2)])
  }
}
