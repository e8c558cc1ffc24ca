import Testing
import Text

@Suite("Token numbers")
struct TokenIDTests {
  @Test("the four special words come first, in the order of vocab.json")
  func specialWords() {
    #expect([TokenID.padding, .start, .end, .unknown].map(\.index) == [0, 1, 2, 3])
  }
}
