import Glibc

// Detection of animations: GIF, WebP, PNG, JPEG and AVIF files may hold one image or several.

/// Returns true if `range` of an open file holds a clip; animations count as clips if `playingAnimations` is
/// true.
package func isClip(
  _ descriptor: Int32, _ range: Range<Int>, playingAnimations: Bool
) -> Bool {
  MediaBytes(of: descriptor, range).isClip(playingAnimations: playingAnimations)
}

extension MediaBytes {
  /// Returns true if the bytes are those of a clip; animations count as clips if `playingAnimations` is true.
  func isClip(playingAnimations: Bool) -> Bool {
    guard let format else { return false }
    return format.isVideo || (playingAnimations && isAnimation(format))
  }

  /// Returns true if an image file in `format` is an animation.
  func isAnimation(_ format: MediaFormat?) -> Bool {
    switch format {
    case .gif: hasSecondBlock
    case .webp: hasSecondFrame
    case .png: hasAnimationControl
    case .jpeg: hasThirdPicture
    case .avif: hasSequenceBrand
    default: false
    }
  }

  /// True if a GIF has a second image (CompuServe, 1990).
  private var hasSecondBlock: Bool {
    var count = 0
    return walkBlocks { kind in
      count += kind == 0x2C ? 1 : 0
      return count < 2
    } == nil
  }

  /// True if a WebP file has the animation flag and more than one frame chunk.
  private var hasSecondFrame: Bool {
    guard bytes(4, at: 12) == Array("VP8X".utf8), let flags = byte(at: 20), flags & 2 != 0 else {
      return false
    }
    var (position, count) = (12, 0)
    for _ in 0..<Self.mostParts where count < 2 {
      var header = reader(8, at: position)
      guard let name = header.fourLetters(), let size = header.littleEndian32() else {
        return false
      }
      count += name == "ANMF" ? 1 : 0
      position += 8 + size + size % 2
    }
    return count == 2
  }

  /// True if a PNG has an animation control chunk before its image data (PNG, third edition).
  private var hasAnimationControl: Bool {
    var position = 8
    for _ in 0..<Self.mostParts {
      var header = reader(12, at: position)
      guard let size = header.bigEndian32(), let name = header.fourLetters(), name != "IDAT" else {
        return false
      }
      if name == "acTL" { return header.bigEndian32() ?? 0 > 1 }
      position += 12 + size
    }
    return false
  }

  /// True if a JPEG file is a sequence of three or more images, as some cameras record.
  ///
  /// Two images are a photo with an auxiliary image, as are more in a file with a multi-picture header (CIPA
  /// DC-007).
  private var hasThirdPicture: Bool {
    var count = 0
    for start in stride(from: 0, to: range.count, by: 1 << 20) where count < 2 {
      // Chunks overlap by 4 bytes, so that a pattern across their boundary is found exactly once.
      let piece = bytes(1 << 20 + 4, at: start)
      piece.withUnsafeBytes { count += $0.count(ofFirst: 2, [0xFF, 0xD9, 0xFF, 0xD8, 0xFF]) }
    }
    guard count == 2 else { return false }
    return firstBytes(1 << 16).withUnsafeBytes { $0.count(ofFirst: 1, Array("MPF\0".utf8)) } == 0
  }

  /// True if an AVIF file has the image sequence brand (AV1 Image File Format, 4.2).
  private var hasSequenceBrand: Bool {
    var header = reader(16, at: 0)
    guard let size = header.bigEndian32(), (16...1024).contains(size) else { return false }
    let brands = bytes(size - 8, at: 8)
    return stride(from: 0, to: brands.count - 3, by: 4).contains { place in
      brands[place..<place + 4].elementsEqual("avis".utf8)
    }
  }
}

extension UnsafeRawBufferPointer {
  /// Returns the number of occurrences of `pattern`, counted up to `most`.
  fileprivate func count(ofFirst most: Int, _ pattern: [UInt8]) -> Int {
    guard let base = baseAddress, let first = pattern.first else { return 0 }
    var (place, found) = (0, 0)
    while found < most, count - place >= pattern.count,
      let next = memchr(base + place, Int32(first), count - place)
    {
      place = UnsafeRawPointer(next) - base
      let isThere = self[place...].starts(with: pattern)
      found += isThere ? 1 : 0
      place += isThere ? pattern.count : 1
    }
    return found
  }
}
