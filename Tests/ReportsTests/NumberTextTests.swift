import Testing

@testable import Reports

@Suite("Numbers as text")
struct NumberTextTests {
  @Test("a number keeps the digits that count")
  func significant() {
    #expect(3.141592653.rounded(toDigits: 6) == 3.14159)
    #expect(0.000041234567.rounded(toDigits: 6) == 4.12346e-05)
    #expect(1234567.8.rounded(toDigits: 6) == 1_234_570)
    #expect((-2.0 / 3).rounded(toDigits: 3) == -0.667)
    #expect(0.0.rounded(toDigits: 6) == 0)
    #expect(Double.infinity.rounded(toDigits: 6) == .infinity)
    // What is rounded once stays as it is: a log that is read and written again must not drift.
    for value in stride(from: 1e-9, to: 1e3, by: 7.77) {
      let once = value.rounded(toDigits: 6)
      #expect(once.rounded(toDigits: 6) == once)
    }
  }

  @Test("places after the point are fixed")
  func places() {
    #expect(2.5.text(places: 2) == "2.50")
    #expect(0.0449.text(places: 2) == "0.04")
    #expect((-0.004).text(places: 2) == "0.00")
    #expect((-1.5).text(places: 1) == "-1.5")
    #expect(9.999.text(places: 2) == "10.00")
    #expect(41.6.text(places: 0) == "42")
    #expect(Double.nan.text(places: 2) == "nan")
  }

  @Test("large numbers are grouped")
  func grouped() {
    #expect(
      [0, 999, 1400, 617_000, -1_234_567].map(\.grouped)
        == ["0", "999", "1,400", "617,000", "-1,234,567"])
  }
}
