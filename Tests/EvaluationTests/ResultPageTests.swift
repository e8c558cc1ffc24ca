import Files
import Foundation
import FoundationXML
import TestSupport
import Testing
import Text

@testable import Datasets
@testable import Evaluation

@Suite("Pages of results")
struct ResultPageTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func page(_ table: String) throws -> ResultPage {
    try ResultPage(
      title: "t", ShownResults(at: folder.write(table, to: "r.tsv")), tokenizer: CaptionTokenizer())
  }

  @Test("is well-formed whatever captions and names hold, and shows it as text")
  func hostile() throws {
    let hostile = "<script>alert(1)</script> ]]> &amp; \" ' \u{202E} \u{FFFE} كلب"
    let page = try page("a<b>.jpg\t\(hostile)\nc.jpg\t\(hostile)\n")
    var pictures = page.noPictures
    pictures.add(ResultPage.missing("<none>"), at: 0)
    let html = page.html(pictures)
    #expect(XMLParser(data: Data(html.utf8)).parse())
    #expect(!html.contains("<script>alert") && html.contains("&lt;script&gt;alert(1)"))
    #expect(html.contains("a&lt;b&gt;.jpg") && html.contains("&lt;none&gt;"))
    #expect(html.contains("left out"), "the second picture was not added")
  }

  @Test("counts lengths and the commonest captions of all")
  func counts() throws {
    let page = try page("a.jpg\ta dog\nb.jpg\ta dog\nc.jpg\ttwo cats sleep\nd.jpg\t\n")
    let html = page.html(page.noPictures)
    #expect(html.contains("<th scope=\"row\">2</th><td dir=\"auto\">a dog</td>"))
    #expect(html.contains("<title>2: 2</title>") && html.contains("<title>3: 1</title>"))
    #expect(html.contains("data-state=\"warnings\" data-words=\"0\""))
    #expect(html.contains("<p class=\"doubt\">no caption</p>"))
    #expect(html.contains("data-state=\"fine\" data-words=\"2\""))
    #expect(html.contains("\"commonest\":[{\"caption\":\"a dog\",\"count\":2}"))
  }

  @Test("stays below 20 MB, and says which pictures and captions are left out")
  func limits() throws {
    let long = String(repeating: "word ", count: 400)
    let page = try page((0..<6000).map { "\($0).jpg\t\(long)\($0)\n" }.joined())
    #expect(page.shownCount < 6000 && page.shownCount > 1000)
    var pictures = page.noPictures
    for place in 0..<page.shownCount {
      pictures.add(String(repeating: "x", count: 10_000), at: place)
    }
    #expect(pictures.leftOutCount > 0 && pictures.isFull)
    let html = page.html(pictures)
    #expect(html.utf8.count < ResultPage.sizeLimit && html.utf8.count > 15_000_000)
    #expect(page.notes(pictures).count == 2)
    #expect(html.contains("of 6,000 captions are not listed"))
    #expect(page.notes(pictures).allSatisfy { html.contains("<p>\($0).</p>") })
  }

  @Test("times of segments are written as players show them")
  func times() {
    var part = ShownResults.Part()
    #expect(part.timesText == "")
    part.times = 0...4
    #expect(part.timesText == "0:00\u{2013}0:04")
    part.times = 59.96...3725.25
    #expect(part.timesText == "1:00\u{2013}62:05.3")
  }

  @Test("says of a part that it failed, is withheld, unsure, blank or damaged")
  func doubts() {
    var row = ShownResults.Row(picture: "a.jpg")
    var part = ShownResults.Part()
    #expect(row.doubt(of: part) == "no caption" && row.doubt(of: nil) == "no caption")
    part.captions = ["a dog"]
    #expect(row.doubt(of: part) == "")
    (part.isUnsure, part.confidence) = (true, 0.123)
    row.warnings = ["ends early"]
    #expect(row.doubt(of: part) == "unsure (12 %); ends early")
    (part.isWithheld, part.captions, part.tags) = (true, [], ["menu (41 %)"])
    #expect(row.doubt(of: part) == "withheld (12 %); it may show menu (41 %); ends early")
    row.failure = "is damaged."
    #expect(row.doubt(of: part) == "failed: is damaged.")
  }
}
