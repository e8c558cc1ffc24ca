import CMedia

/// The alpha of an AVIF or HEIC image sequence, stored in a video track of its own (ISO/IEC 23008-12, 7:
/// auxiliary video).
final class AlphaStream {
  // A class, because decoding continues from frame to frame.
  private let stream: VideoStream
  private let isMultiplied: Bool
  /// The presentation time of the last decoded frame in seconds; nil before the first one.
  private var time: Double?
  private var alpha: [UInt8] = []
  private var hasEnded = false

  /// The index of the alpha track among the file's tracks, and true for `isMultiplied` if colours are
  /// premultiplied.
  struct Track {
    let number: Int
    let isMultiplied: Bool
  }

  init(
    _ bytes: consuming MediaBytes, name: String, _ options: VideoOptions, _ track: Track
  ) throws(MediaError) {
    var options = options
    options.isStill = false
    stream = try VideoStream(bytes, name: name, options, track: track.number)
    isMultiplied = track.isMultiplied
  }

  func limitTime(to seconds: Double) { stream.limitTime(to: seconds) }

  /// Returns the frame shown at `target`, in seconds, composited over white.
  func overWhite(_ image: Image, at target: Double) throws(VideoProblem) -> Image {
    if (time ?? -.infinity) > target + Self.tolerance {
      try stream.rewind()
      (time, hasEnded) = (nil, false)
    }
    let size = PixelSize(width: image.width, height: image.height)
    while !hasEnded, (time ?? -.infinity) < target - Self.tolerance { try decodeNext(size) }
    guard alpha.count >= size.width * size.height else {
      throw VideoProblem(CMEDIA_DAMAGED, reason: "no alpha")
    }
    return Image(
      width: image.width, height: image.height,
      pixels: [UInt8](unsafeUninitializedCapacity: image.pixels.count) { target, written in
        for (place, value) in image.pixels.enumerated() {
          let alpha = UInt32(alpha[place / 3])
          let seen = isMultiplied ? min(UInt32(value), alpha) * 255 : UInt32(value) * alpha
          // Rounds as Pillow does.
          let sum = seen + 255 * (255 - alpha) + 128
          target[place] = UInt8(truncatingIfNeeded: (sum + sum >> 8) >> 8)
        }
        written = image.pixels.count
      })
  }

  /// The tolerance in seconds within which a colour frame and its alpha have the same time.
  private static let tolerance = 1e-4

  private func decodeNext(_ size: PixelSize) throws(VideoProblem) {
    while true {
      switch try stream.receive() {
      case .frame(let next):
        time = next ?? (time ?? 0) + Self.tolerance
        alpha = try stream.thumbnail(size)
        return
      case .damaged: continue
      case .end:
        hasEnded = true
        return
      case .needsPacket:
        let packet = try stream.readPacket()
        _ = try stream.send(packet?.payload, isSpare: false)
      }
    }
  }
}

extension MediaBytes {
  /// Returns the alpha track of a file in `format`; nil if it has none.
  func alphaTrack(_ format: MediaFormat?) -> AlphaStream.Track? {
    guard [.avif, .heic].contains(format), let film = boxes(0..<range.count)["moov"]?.first else {
      return nil
    }
    let tracks = (boxes(film)["trak"] ?? []).map { boxes($0) }
    let number = tracks.firstIndex { track in
      let media = track["mdia"]?.first.map { boxes($0) }
      guard let handler = media?["hdlr"]?.first else { return false }
      return bytes(4, at: handler.lowerBound + 8) == Array("auxv".utf8)
    }
    guard let number else { return nil }
    let isMultiplied = tracks.contains { track in
      track["tref"]?.first.map { boxes($0)["prem"] != nil } == true
    }
    return AlphaStream.Track(number: number, isMultiplied: isMultiplied)
  }
}
