import Files
import ImageEncoders
import Media
import Testing

@testable import BatchCaptioning
@testable import Captioning

@Suite("Messages about pictures to decode")
struct DecodingMessagesTests {
  @Test(
    "An order comes back as it was given",
    arguments: [
      ImagePreprocessing.torchvision(), .tensorFlow(size: 299),
      ImagePreprocessing(framing: .squash, size: 64, mean: [], deviation: []),
    ])
  func order(preprocessing: ImagePreprocessing) throws {
    var options = StillImageOptions()
    options.maximumPixels = 1 << 40
    options.isStrict = true
    let order = try #require(DecodingOrder(DecodingOrder(preprocessing, options).message))
    #expect(order.framing == preprocessing.framing)
    #expect(order.size == preprocessing.size)
    #expect(order.options.maximumPixels == 1 << 40)
    #expect(order.options.maximumSide == options.maximumSide)
    #expect(order.options.maximumFileBytes == options.maximumFileBytes)
    #expect(order.options.isStrict)
  }

  @Test("Replies come back as they were given")
  func replies() {
    let warning = MediaWarning(code: .truncated, message: "ends \"early\"\n")
    for reply in [
      DecodingReply.picture(
        PixelSize(width: 640, height: 480), [warning, warning], decodeTime: .milliseconds(2.5)),
      .picture(PixelSize(width: 1, height: 89_478_485), [], decodeTime: .zero),
      .failure(.corrupt, .decode, problem: "broken. Mend it."),
    ] {
      #expect(DecodingReply(reply.message) == reply)
    }
  }

  @Test(
    "A reply that no worker of ours gives is refused",
    arguments: [
      "", "[]", "{}", "nonsense", #"{"width":1,"height":1,"decode_ms":1}"#,
      #"{"width":0,"height":1,"decode_ms":1,"warnings":[]}"#,
      #"{"width":1e300,"height":1,"decode_ms":1,"warnings":[]}"#,
      #"{"width":1,"height":178956971,"decode_ms":1,"warnings":[]}"#,
      #"{"width":1,"height":1,"decode_ms":-1,"warnings":[]}"#,
      #"{"width":1,"height":1,"decode_ms":1e99,"warnings":[]}"#,
      #"{"width":1,"height":1,"decode_ms":1,"warnings":[{"code":"no","message":""}]}"#,
      #"{"width":1,"height":1,"decode_ms":1,"warnings":[{"code":"corrupt"}]}"#,
      #"{"code":"corrupt","stage":"decode","problem":7}"#,
      #"{"code":"nothing","stage":"decode","problem":"x"}"#,
      #"{"code":"corrupt","stage":"encode","problem":"x"}"#,
    ])
  func nonsense(text: String) {
    #expect(DecodingReply(Array(text.utf8)) == nil)
  }

  @Test("A reply that goes on and on is refused")
  func tooLong() {
    let long = String(repeating: "x", count: DecodingReply.longestText + 1)
    let warning = MediaWarning(code: .corrupt, message: "")
    let size = PixelSize(width: 1, height: 1)
    for reply in [
      DecodingReply.failure(.corrupt, .decode, problem: long),
      .picture(size, [MediaWarning(code: .corrupt, message: long)], decodeTime: .zero),
      .picture(size, [MediaWarning](repeating: warning, count: 17), decodeTime: .zero),
    ] {
      #expect(DecodingReply(reply.message) == nil)
    }
  }
}
