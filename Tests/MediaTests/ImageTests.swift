import Testing

@testable import Media

@Suite("Image")
struct ImageTests {
  /// Two rows of three pixels; the channels of each pixel equal its number.
  let picture = Image(
    width: 3, height: 2, pixels: (1...6).flatMap { [UInt8($0), UInt8($0), UInt8($0)] })

  @Test("a crop holds the pixels of its rectangle")
  func crop() {
    let cropped = picture.cropped(to: PixelRectangle(x: 1, y: 0, width: 2, height: 2))
    #expect(cropped == Image(width: 2, height: 2, pixels: [2, 2, 2, 3, 3, 3, 5, 5, 5, 6, 6, 6]))
  }

  @Test("a flip exchanges left and right, and two flips restore the picture")
  func flip() {
    let flipped = picture.flippedHorizontally()
    #expect(flipped.pixels.prefix(3) == [3, 3, 3])
    #expect(flipped.flippedHorizontally() == picture)
  }
}
