/// The orientation of a stored image; raw values are those of EXIF tag 274.
enum ImageOrientation: Int, Sendable, CaseIterable {
  case upright = 1
  case mirrored = 2
  case upsideDown = 3
  case upsideDownMirrored = 4
  case transposed = 5
  case turnedLeft = 6
  case transversed = 7
  case turnedRight = 8

  /// True if the upright image has width and height exchanged.
  var exchangesSides: Bool { rawValue >= 5 }
}

extension Image {
  /// Returns the image stored with `orientation` turned upright, as Pillow's `ImageOps.exif_transpose` does.
  func turned(_ orientation: ImageOrientation) -> Image {
    guard orientation != .upright else { return self }
    let size = PixelSize(width: width, height: height)
    let upright = orientation.exchangesSides ? size.transposed : size
    let walk = SourceWalk(orientation, size)
    let turned = [UInt8](unsafeUninitializedCapacity: pixels.count) { target, count in
      pixels.withUnsafeBufferPointer { source in
        walk.copy(source, to: target, upright)
      }
      count = pixels.count
    }
    return Image(width: upright.width, height: upright.height, pixels: turned)
  }
}

/// The byte offsets that read a stored image in the order of the upright one.
private struct SourceWalk {
  /// The offset of the first upright pixel, and the distances to the next pixel on its right and below, in
  /// bytes.
  var start = 0
  var right = 0
  var down = 0

  init(_ orientation: ImageOrientation, _ stored: PixelSize) {
    let (lastX, lastY) = (stored.width - 1, stored.height - 1)
    let row = stored.width
    let (pixelStart, pixelRight, pixelDown): (Int, Int, Int) =
      switch orientation {
      case .upright: (0, 1, row)
      case .mirrored: (lastX, -1, row)
      case .upsideDown: (lastY * row + lastX, -1, -row)
      case .upsideDownMirrored: (lastY * row, 1, -row)
      case .transposed: (0, row, 1)
      case .turnedLeft: (lastY * row, -row, 1)
      case .transversed: (lastY * row + lastX, -row, -1)
      case .turnedRight: (lastX, row, -1)
      }
    (start, right, down) = (3 * pixelStart, 3 * pixelRight, 3 * pixelDown)
  }

  func copy(
    _ source: UnsafeBufferPointer<UInt8>, to target: UnsafeMutableBufferPointer<UInt8>,
    _ upright: PixelSize
  ) {
    var written = 0
    for y in 0..<upright.height {
      var read = start + y * down
      for _ in 0..<upright.width {
        target[written] = source[read]
        target[written + 1] = source[read + 1]
        target[written + 2] = source[read + 2]
        written += 3
        read += right
      }
    }
  }
}
