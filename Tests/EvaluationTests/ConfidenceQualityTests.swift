import Datasets
import Testing

@testable import Evaluation

@Suite("The quality of confidences")
struct ConfidenceQualityTests {
  @Test("compares them with the share of right captions, by tenths")
  func tenths() throws {
    // 40 captions of confidence 0.25, of which 10 are right; 60 of 0.85, of which 30 are.
    let confidences = Array(repeating: 0.25, count: 40) + Array(repeating: 0.85, count: 60)
    let unlikely: [Double] = (0..<40).map { $0 % 8 < 2 ? 1 : 0.2 }
    let likely: [Double] = (0..<60).map { $0 % 4 < 2 ? 0.7 : 0.1 }
    let scores = unlikely + likely
    let quality = ConfidenceQuality(confidences: confidences, scores: scores, median: 0.7)
    #expect(quality.rightCount == 40)
    #expect(abs(quality.error - 0.6 * 0.35) < 1e-12)
    // Of 40 right and 60 wrong captions, 30 times 30 pairs have the right one above, and 10 times 30 and 30 times 30
    // are equal, which counts half: 1,500 of 2,400.
    #expect(abs(quality.discrimination - 0.625) < 1e-12)
    #expect(quality.tenths[2].captionCount == 40)
    #expect(quality.tenths[2].rightShare == 0.25)
    #expect(quality.tenths[5].captionCount == 0)
    #expect(quality.tenths[5].meanConfidence == nil)
    #expect(quality.tenths[5].keptShare == 0.6)
    #expect(quality.tenths[0].keptRightShare == 0.4)
    #expect(quality.tenths[8].keptRightShare == 0.5)
    // Two values can be fitted exactly.
    #expect(try #require(quality.refittedError) < 0.02)
    #expect(quality.text.contains("0.2 to 0.3  40        0.25  25.0 %  100.0 %         40.0 %"))
    #expect(quality.json["tenths"]?.elements?.count == 10)
    #expect(quality.diagram.html.contains("<circle"))
  }

  @Test("needs captions of several people, and enough of them")
  func fewest() throws {
    func evaluation(_ count: Int, referenceCount: Int) throws -> Evaluation {
      let pictures = (0..<count).map { number in
        ReferenceCaptions.Picture(
          name: "\(number).jpg",
          captions: Array(repeating: "a dog \(number)", count: referenceCount))
      }
      let captions = EvaluatedCaptions(
        "model", pictures.indices.map { [$0 % 2 == 0 ? "a dog \($0)" : "a cat"] },
        confidences: pictures.indices.map { $0 % 2 == 0 ? 0.9 : 0.1 },
        of: ReferenceCaptions("val", pictures))
      return try Evaluation(of: captions)
    }
    #expect(try evaluation(49, referenceCount: 2).confidence == nil)
    #expect(try evaluation(60, referenceCount: 1).confidence == nil)
    let quality = try #require(try evaluation(60, referenceCount: 2).confidence)
    #expect(quality.rightCount == 30)
    #expect(quality.discrimination == 1)
    #expect(abs(quality.error - 0.1) < 1e-12)
  }
}
