import Media

/// A clip as a file: JPEG pictures in an AVI container (Microsoft & IBM, 1991), which players read.
package struct MotionJPEG: Sendable, Equatable {
  /// The frames as JPEG files.
  package private(set) var pictures: [[UInt8]]
  private let size: PixelSize
  package let framesPerSecond: Int

  /// Compresses `frames`, which are of one size.
  package init(frames: some Sequence<Image>, framesPerSecond: Int) {
    var size = PixelSize(width: 0, height: 0)
    pictures = frames.map { frame in
      size = PixelSize(width: frame.width, height: frame.height)
      return frame.jpegBytes(quality: 90, subsampled: false, optimized: false)
    }
    (self.size, self.framesPerSecond) = (size, framesPerSecond)
  }

  /// The clip played backwards.
  package var reversed: MotionJPEG {
    var other = self
    other.pictures.reverse()
    return other
  }

  /// The whole file.
  package var bytes: [UInt8] {
    let largest = pictures.map(\.count).max() ?? 0
    let header = chunk(
      list: "hdrl",
      chunk("avih", mainHeader(largest: largest))
        + chunk(
          list: "strl",
          chunk("strh", streamHeader(largest: largest)) + chunk("strf", streamFormat)))
    let movie = chunk(list: "movi", pictures.flatMap { chunk(Self.frameName, $0) })
    return chunk("RIFF", Array("AVI ".utf8) + header + movie + chunk("idx1", index(of: pictures)))
  }

  /// Stream 0, a compressed video frame.
  private static let frameName = "00dc"

  private func mainHeader(largest: Int) -> [UInt8] {
    let hasIndex = 0x10
    return [
      1_000_000 / framesPerSecond, largest * framesPerSecond, 0, hasIndex, pictures.count, 0, 1,
      largest, size.width, size.height, 0, 0, 0, 0,
    ].flatMap(littleEndian32)
  }

  private func streamHeader(largest: Int) -> [UInt8] {
    let defaultQuality = 0xFFFF_FFFF
    let numbers = [
      0, 0, 0, 1, framesPerSecond, 0, pictures.count, largest, defaultQuality, 0,
    ].flatMap(littleEndian32)
    let frame = [0, 0, size.width, size.height].flatMap(littleEndian16)
    return Array("vidsMJPG".utf8) + numbers + frame
  }

  /// A bitmap header.
  private var streamFormat: [UInt8] {
    [40, size.width, size.height].flatMap(littleEndian32)
      + [1, 24].flatMap(littleEndian16) + Array("MJPG".utf8)
      + [3 * size.width * size.height, 0, 0, 0, 0].flatMap(littleEndian32)
  }

  /// Returns the index, with the offset of each picture's chunk from the list's name.
  private func index(of pictures: [[UInt8]]) -> [UInt8] {
    let isKeyFrame = 0x10
    var offset = 4
    return pictures.flatMap { picture in
      defer { offset += 8 + picture.count + picture.count % 2 }
      return Array(Self.frameName.utf8)
        + [isKeyFrame, offset, picture.count].flatMap(littleEndian32)
    }
  }
}

/// A named piece of the file; pieces begin at even places.
private func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
  Array(name.utf8) + littleEndian32(content.count) + content
    + (content.count % 2 == 0 ? [] : [0])
}

private func chunk(list name: String, _ content: [UInt8]) -> [UInt8] {
  chunk("LIST", Array(name.utf8) + content)
}

private func littleEndian32(_ number: Int) -> [UInt8] {
  [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: number >> $0) }
}

private func littleEndian16(_ number: Int) -> [UInt8] {
  [0, 8].map { UInt8(truncatingIfNeeded: number >> $0) }
}
