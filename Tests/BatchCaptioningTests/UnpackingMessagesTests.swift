import Files
import Testing

@testable import BatchCaptioning
@testable import Captioning

@Suite("What the process that unpacks says")
struct UnpackingMessagesTests {
  @Test(
    "is understood as it was meant",
    arguments: [
      .end(unreadByteCount: 0), .end(unreadByteCount: .max), .bytes,
      .problem(.corrupt, "damaged.\u{E9}\n"),
      .member(
        PackedMember(name: Array("a.jpg".utf8), kind: .file, byteCount: 5, isEncrypted: false)),
      .member(PackedMember(name: [0xFF, 0, 0x2F], kind: .link, byteCount: nil, isEncrypted: true)),
      .member(
        PackedMember(
          name: [0x61], kind: .hardLink, target: [0xFF, 0x62], byteCount: 0, isEncrypted: false)),
      .member(PackedMember(name: [], kind: .folder, byteCount: .max, isEncrypted: false)),
    ] as [UnpackingReply])
  func roundTrip(_ reply: UnpackingReply) {
    #expect(UnpackingReply(reply.message) == reply)
  }

  @Test(
    "is nothing where no process of ours would say it",
    arguments: [
      "", "[]", "{}", #"{"member": "a"}"#,
      #"{"member": "YQ==", "kind": "device", "encrypted": false}"#,
      #"{"member": "YQ==", "kind": "file"}"#, #"{"end": true}"#, #"{"end": "-1"}"#,
      #"{"code": "bad", "problem": "x"}"#,
      "{\"code\": \"corrupt\", \"problem\": \"\(String(repeating: "x", count: 2000))\"}",
    ])
  func nonsense(_ text: String) {
    #expect(UnpackingReply(Array(text.utf8)) == nil)
  }

  @Test("is asked by words that it knows")
  func orders() {
    for order in [UnpackingOrder.rewind, .next, .list, .head, .contents] {
      #expect(UnpackingOrder(order.message) == order)
    }
    #expect(UnpackingOrder(Array("all".utf8)) == nil)
  }
}
