/// The way in which a file is truncated.
enum EarlyEnd: Equatable {
  /// The file states its size, and this number of bytes is missing.
  case missing(Int)
  /// The file ends inside its last part.
  case insidePart
  /// The end marker is missing.
  case beforeEndMark
  /// The index lists frames beyond the end of the file.
  case beforeListedFrames

  /// The phrase that follows "ends" in a message.
  private var place: String {
    switch self {
    case .missing(1): "1 byte early"
    case .missing(let count): "\(count.grouped) bytes early"
    case .insidePart: "inside its last part"
    case .beforeEndMark: "without its end mark"
    case .beforeListedFrames: "before pictures that it lists"
    }
  }

  /// Returns the problem of a file in `format` that is truncated in this way.
  func problem(_ format: MediaFormat?) -> StillImageProblem {
    .incomplete(format?.rawValue ?? "file", ends: place)
  }
}

extension MediaBytes {
  /// Returns the truncation visible in the outermost structure of the file; nil if there is none or it cannot
  /// be known.
  ///
  /// Decoders do not report truncation: at the end of a file they cannot know that more was meant to follow.
  /// This reads headers or the end of the file, never all of it. Bytes after the declared end are ignored. A
  /// stream cut exactly between two parts looks complete, and so does a raw stream of H.264, H.265 or MPEG,
  /// whose parts state no size, wherever it is cut.
  func earlyEnd() -> EarlyEnd? {
    switch format {
    case .mp4, .quickTime, .avif, .heic: boxesEnd()
    case .avi: riffEnd()
    case .matroska: elementsEnd()
    case .windowsMedia: objectsEnd()
    case .flash: tagsEnd()
    case .ogg: pagesEnd()
    case .mpegTransport: packetsEnd()
    case .mpegProgram: packsEnd()
    case .yuv4mpeg: yuvFramesEnd()
    case .ivf: ivfFramesEnd()
    case .av1: unitsEnd()
    case .realMedia: realChunksEnd()
    case .mxf: tripletsEnd()
    case .dv: sequencesEnd()
    case .nut: nutIndexEnd()
    case .qoi: bytes(8, at: range.count - 8) == [0, 0, 0, 0, 0, 0, 0, 1] ? nil : .beforeEndMark
    case .gif: blocksEnd()
    case .png: pngChunksEnd()
    case .bmp: rowsEnd()
    case .tiff: stripsEnd()
    case .jpeg2000: codestreamEnd()
    default: nil
    }
  }

  /// The maximum number of parts that are checked; later ones count as present.
  ///
  /// This bounds the time for a hostile file that consists of headers to about a tenth of a second.
  static var mostParts: Int { 1 << 17 }

  /// Returns a reader of at most `count` bytes at `offset`.
  func reader(_ count: Int, at offset: Int) -> ByteReader { ByteReader(bytes(count, at: offset)) }

  /// Returns `.missing` if a part of `size` bytes at `offset` extends beyond the end of the file, and nil
  /// otherwise.
  func end(ofPartAt offset: Int, size: Int) -> EarlyEnd? {
    let left = range.count - offset
    return size > left ? .missing(size - left) : nil
  }
}
