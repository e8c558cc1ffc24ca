import Media

/// A photo blended with a heat map: grey and dark at unimportant places, in warm colours at
/// important ones.
struct HeatOverlay {
  let photo: Image
  /// The part of the photo that maps cover; the model did not see the rest.
  let seen: PixelRectangle

  init(_ photo: Image, seen: PixelRectangle) { (self.photo, self.seen) = (photo, seen) }

  /// Returns the photo under `map`.
  ///
  /// Every word has its own scale: on a common one, the maps of the least important words would
  /// show nothing. The scale spans at least one bit, so that a word that does not depend on the
  /// picture stays dark.
  func image(_ map: HeatMap) -> Image {
    let values = map.enlarged(toWidth: seen.width, height: seen.height)
    let scale = Float(Self.levels - 1) / max(values.max() ?? 0, 1)
    var pixels = photo.pixels
    pixels.withUnsafeMutableBufferPointer { pixels in
      for y in 0..<photo.height {
        for x in 0..<photo.width {
          let (column, row) = (x - seen.x, y - seen.y)
          let isSeen = column >= 0 && column < seen.width && row >= 0 && row < seen.height
          let shade =
            isSeen ? Self.shades[Int(values[row * seen.width + column] * scale)] : Self.unseen
          shade.apply(to: &pixels, at: (y * photo.width + x) * 3)
        }
      }
    }
    return Image(width: photo.width, height: photo.height, pixels: pixels)
  }

  // MARK: Colours

  /// The treatment of a pixel, in 256ths: the shares of its grey and of its colour, and the light
  /// that is added.
  private struct Shade {
    var grey: Int32
    var color: Int32
    var light: (red: Int32, green: Int32, blue: Int32) = (0, 0, 0)

    @inline(__always)
    func apply(to pixels: inout UnsafeMutableBufferPointer<UInt8>, at start: Int) {
      let (red, green, blue) = (
        Int32(pixels[start]), Int32(pixels[start + 1]), Int32(pixels[start + 2])
      )
      // Rec. 601, as JPEG weighs them.
      let base = grey &* ((77 &* red &+ 150 &* green &+ 29 &* blue) >> 8)
      pixels[start] = UInt8(clamping: (base &+ color &* red &+ light.red) >> 8)
      pixels[start + 1] = UInt8(clamping: (base &+ color &* green &+ light.green) >> 8)
      pixels[start + 2] = UInt8(clamping: (base &+ color &* blue &+ light.blue) >> 8)
    }
  }

  private static let levels = 256
  /// The shades from unimportant to most important.
  private static let shades = (0..<levels).map { shade(ofHeat: Double($0) / Double(levels - 1)) }
  /// The shade outside the part that the encoder saw.
  private static let unseen = Shade(grey: 46, color: 0)

  private static func shade(ofHeat heat: Double) -> Shade {
    // An unimportant pixel keeps half of its brightness.
    let tint = 0.42 * heat
    let kept = 256 * (1 - tint)
    func light(_ cold: Double, _ hot: Double) -> Int32 {
      Int32(256 * tint * (cold + (hot - cold) * heat))
    }
    return Shade(
      grey: Int32(kept * 0.5 * (1 - heat)), color: Int32(kept * heat),
      light: (light(255, 255), light(70, 190), light(0, 40)))
  }
}
