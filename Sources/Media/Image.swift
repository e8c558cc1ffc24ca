/// An upright image of 8-bit RGB pixels.
public struct Image: Sendable, Equatable {
  public let width: Int
  public let height: Int
  /// `width * height` RGB triples in `0...255`, row by row from the top left.
  public let pixels: [UInt8]

  /// Creates an image from `width * height` interleaved RGB triples.
  package init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(
      width > 0 && height > 0, "a picture has at least one pixel, not \(width)x\(height)")
    precondition(
      pixels.count == width * height * 3,
      "\(width)x\(height) RGB needs \(width * height * 3) bytes, not \(pixels.count)")
    self.width = width
    self.height = height
    self.pixels = pixels
  }
}

/// A width and a height in pixels.
package struct PixelSize: Sendable, Equatable {
  package var width: Int
  package var height: Int

  package init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  /// The size after a rotation by 90 degrees.
  var transposed: PixelSize { PixelSize(width: height, height: width) }

  /// The size with the same aspect ratio whose longer side is `longer` pixels.
  package func fitted(to longer: Int) -> PixelSize {
    let longest = max(width, height)
    func side(_ pixels: Int) -> Int { max(1, (pixels * longer + longest / 2) / longest) }
    return PixelSize(width: side(width), height: side(height))
  }
}

/// A rectangle in an image: its top left pixel, and its size in pixels.
package struct PixelRectangle: Sendable, Equatable {
  package var x: Int
  package var y: Int
  package var width: Int
  package var height: Int

  package init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }
}

extension Image {
  /// Returns the part of the image inside `rectangle`, which must lie within the image.
  package func cropped(to rectangle: PixelRectangle) -> Image {
    let (x, y, width, height) = (rectangle.x, rectangle.y, rectangle.width, rectangle.height)
    if (width, height) == (self.width, self.height), (x, y) == (0, 0) { return self }
    precondition(
      x >= 0 && y >= 0 && width > 0 && height > 0
        && x <= self.width - width && y <= self.height - height,
      "\(rectangle) does not lie within \(self.width)x\(self.height)")
    var cropped: [UInt8] = []
    cropped.reserveCapacity(width * height * 3)
    for row in y..<y + height {
      let start = (row * self.width + x) * 3
      cropped += pixels[start..<start + width * 3]
    }
    return Image(width: width, height: height, pixels: cropped)
  }

  /// Returns the image mirrored left to right.
  package func flippedHorizontally() -> Image {
    turned(.mirrored)
  }
}
