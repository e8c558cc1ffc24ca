/// How a file ends before it should by its own account.
enum EarlyEnd: Equatable {
  /// It says how long it is, and so many bytes are missing.
  case missing(Int)
  /// The last of its parts is begun and not ended.
  case insidePart
  /// It lacks the mark that stands at the end.
  case beforeEndMark
  /// Its table of pictures goes on where the file does not.
  case beforeListedFrames

  /// As in "ends ...".
  private var place: String {
    switch self {
    case .missing(1): "1 byte early"
    case .missing(let count): "\(count.grouped) bytes early"
    case .insidePart: "inside its last part"
    case .beforeEndMark: "without its end mark"
    case .beforeListedFrames: "before pictures that it lists"
    }
  }

  /// The problem of a file in `format` that ends so.
  func problem(_ format: MediaFormat?) -> StillImageProblem {
    .incomplete(format?.rawValue ?? "file", ends: place)
  }
}

extension MediaBytes {
  /// How the file ends early, as far as its outermost structure tells; nil if it does not or nobody can
  /// know.
  ///
  /// A decoder does not tell: it takes what there is, and at its end cannot know that more was meant to
  /// come. Reads headers, or the end, and never all of the file. What stands behind the end that a file
  /// declares is no business of ours. A stream cut exactly between two of its parts looks like one that
  /// was ended there, and a raw stream of H.264, H.265 or MPEG, whose parts say no size, wherever it is cut.
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

  /// The most parts that are looked at.
  ///
  /// So a hostile file of nothing but headers costs little: about a tenth of a second. What lies behind
  /// is taken to be there.
  static var mostParts: Int { 1 << 17 }

  /// Numbers at `offset`, as far as there are any.
  func reader(_ count: Int, at offset: Int) -> ByteReader { ByteReader(bytes(count, at: offset)) }

  /// How a part of `size` bytes, which begins at `offset`, lies in the file.
  func end(ofPartAt offset: Int, size: Int) -> EarlyEnd? {
    let left = range.count - offset
    return size > left ? .missing(size - left) : nil
  }
}
