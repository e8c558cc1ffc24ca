import Files
import Foundation
import FoundationXML
import Media
import TestSupport
import Testing

@testable import Reports

@Suite("Sample pages")
struct SamplePageTests {
  static let picture = Fixture.folder.deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "datasets/samples/dog-on-grass.jpg").path

  /// Texts that break unescaped HTML, as people and networks have written.
  static let hostile = [
    "<script>alert(1)</script>", "--> <!-- ]]> &amp; &", "\"quoted\" 'quotes' onerror=\"x\"",
    "\u{202E}turned\u{2066} round", "كلب يركض", "👩‍👩‍👧 \u{1F436}", "tab\tand\0nul\u{1B}[31m\u{7F}",
    "\u{FFFE}\u{FFFF}", "</style></p></article>", "",
  ]

  func page() -> SamplePage {
    SamplePage(
      title: "runs/<a>, epoch 3", summary: "20 of 1,000 & more",
      samples: Self.hostile.map { text in
        SamplePage.Sample(
          path: text.contains("script") ? Self.picture : "/nowhere/\(text).jpg", caption: text,
          references: [text, "a dog"], cider: 0.4)
      })
  }

  @Test("whatever captions hold, the page is well-formed and says it as text")
  func hostileCaptions() throws {
    let html = page().html
    let reader = PageReader()
    let parser = XMLParser(data: Data(html.utf8))
    parser.delegate = reader
    #expect(parser.parse(), "\(String(describing: parser.parserError))")
    #expect(!reader.elements.contains("script"))
    #expect(reader.elements.filter { $0 == "article" }.count == Self.hostile.count)
    #expect(reader.text.contains("<script>alert(1)</script>"))
    #expect(reader.text.contains("--> <!-- ]]> &amp; &"))
    #expect(reader.text.contains("كلب يركض") && reader.text.contains("👩‍👩‍👧"))
    #expect(reader.text.contains("(no words)"))
    #expect(html.unicodeScalars.allSatisfy { $0 == "\n" || $0 == "\t" || $0.value >= 32 })
  }

  @Test("the page needs no other file and no network")
  func selfContained() {
    let html = page().html
    for word in ["src=\"http", "href=", "url(", "@import", "<script", "<link", "<iframe"] {
      #expect(!html.contains(word), "\(word)")
    }
    #expect(html.contains("default-src 'none'; img-src data:"))
    #expect(html.contains("prefers-color-scheme: dark"))
  }

  @Test("a picture is 160 pixels at its longer side, and one that is gone leaves a place")
  func thumbnails() throws {
    let html = page().html
    #expect(html.components(separatedBy: "<img ").count == 2)
    #expect(html.components(separatedBy: "cannot be read").count == Self.hostile.count)
    let start = try #require(html.range(of: "data:image/jpeg;base64,")).upperBound
    let text = html[start...].prefix { $0 != "\"" }
    let bytes = Array(try #require(Data(base64Encoded: String(text))))
    let image = try decodeStillImage(.bytes(bytes, name: "thumbnail")).image
    #expect(max(image.width, image.height) == 160)
    #expect(html.contains("width=\"\(image.width)\" height=\"\(image.height)\""))
  }

  @Test("the same pictures are chosen after every epoch, evenly spread")
  func choice() {
    #expect(SamplePage.choice(from: 1000) == (0..<20).map { $0 * 50 })
    #expect(SamplePage.choice(from: 3) == [0, 1, 2])
    #expect(SamplePage.choice(from: 0) == [])
    #expect(Set(SamplePage.choice(from: 33)).count == 20)
  }

  @Test("pages lie in samples, by the number of the epoch, and replace each other")
  func path() throws {
    let folder = try TemporaryFolder()
    let path = SamplePage.path(ofEpoch: 3, in: folder.path)
    #expect(path == "\(folder.path)/samples/epoch-03.html")
    #expect(SamplePage.path(ofEpoch: 120, in: "r") == "r/samples/epoch-120.html")
    #expect(SamplePage.path(ofStep: 1500, in: "r") == "r/samples/step-0001500.html")
    for _ in 0..<2 { try page().write(to: path) }
    #expect(try namesInFolder("\(folder.path)/samples") == ["epoch-03.html"])
  }

  @Test("base 64 is Foundation's", arguments: 0...7)
  func base64Parity(count: Int) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 77 + 250) }
    #expect(base64(bytes) == Data(bytes).base64EncodedString())
  }
}

/// Gathers what an XML parser finds in a page.
private final class PageReader: NSObject, XMLParserDelegate {
  private(set) var elements: [String] = []
  private(set) var text = ""

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    elements.append(name)
  }

  func parser(_ parser: XMLParser, foundCharacters characters: String) { text += characters }
}
