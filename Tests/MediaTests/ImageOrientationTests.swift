import Testing

@testable import Media

@Suite("Image orientation")
struct ImageOrientationTests {
  @Test("turns a picture by each EXIF number as Pillow does", arguments: 1...8)
  func parity(number: Int) throws {
    let decoded = try MediaFixture.decode("orientation-\(number).jpg")
    let expected = try MediaFixture.picture("orientation-\(number).ppm")
    #expect(decoded.image.largestDifference(from: expected) ?? 255 <= 1)
    #expect(decoded.width == expected.width && decoded.height == expected.height)
    #expect(decoded.width == (number < 5 ? 31 : 23))
  }

  @Test("turning left, then right, restores the picture")
  func roundTrip() {
    let picture = Image.pattern(width: 5, height: 3)
    #expect(picture.turned(.turnedLeft).turned(.turnedRight) == picture)
    #expect(picture.turned(.turnedLeft) != picture)
  }

  @Test("every orientation keeps every pixel", arguments: ImageOrientation.allCases)
  func keepsPixels(orientation: ImageOrientation) {
    let picture = Image.pattern(width: 4, height: 6)
    #expect(picture.turned(orientation).pixels.sorted() == picture.pixels.sorted())
  }
}
