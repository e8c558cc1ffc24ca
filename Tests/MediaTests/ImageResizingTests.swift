import Testing

@testable import Media

@Suite("Image resizing")
struct ImageResizingTests {
  @Test(
    "equals Pillow's antialiased bilinear resize to the bit",
    arguments: [
      (16, 16), (48, 40), (1, 1), (31, 5), (7, 23), (120, 3), (3, 120), (32, 22), (62, 23), (24, 9),
    ])
  func parity(width: Int, height: Int) throws {
    let drawing = try MediaFixture.picture("drawing.ppm")
    let resized = drawing.resized(toWidth: width, height: height)
    #expect(resized == (try MediaFixture.picture("resize-\(width)x\(height).ppm")))
  }

  @Test(
    "a part of the result has the bits that it has in the whole",
    arguments: [(16, 16), (48, 40), (31, 5), (7, 23), (31, 23), (120, 3), (3, 120), (24, 9)])
  func part(width: Int, height: Int) throws {
    let drawing = try MediaFixture.picture("drawing.ppm")
    let part = PixelRectangle(
      x: width / 3, y: height / 4, width: width / 2, height: height / 3 + 1)
    let whole = drawing.resized(toWidth: width, height: height)
    let size = PixelSize(width: width, height: height)
    #expect(drawing.resized(to: size, keeping: part) == whole.cropped(to: part))
  }

  @Test("leaves a picture of that size as it is")
  func identity() {
    let picture = Image.pattern(width: 5, height: 4)
    #expect(picture.resized(toWidth: 5, height: 4) == picture)
  }

  @Test("keeps a flat picture flat at any size", arguments: [1, 2, 7, 100])
  func flat(size: Int) {
    let white = Image(width: 33, height: 17, pixels: Array(repeating: 255, count: 33 * 17 * 3))
    #expect(white.resized(toWidth: size, height: size).pixels.allSatisfy { $0 == 255 })
  }
}
