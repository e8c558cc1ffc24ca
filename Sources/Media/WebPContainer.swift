import CWebP

/// The frames of a WebP file, found by libwebp's demultiplexer.
///
/// A still image is an animation of one frame.
final class WebPContainer {
  // A class, because it owns a C handle that points into `bytes`, which must not move.
  private let bytes: UnsafeMutableBufferPointer<UInt8>
  private let handle: OpaquePointer
  /// True if the file is not truncated.
  let isComplete: Bool

  init(_ file: [UInt8]) throws(StillImageProblem) {
    bytes = .allocate(capacity: file.count)
    _ = bytes.initialize(from: file)
    var data = WebPData(bytes: bytes.baseAddress, size: bytes.count)
    var state = WEBP_DEMUX_PARSING_HEADER
    guard let handle = WebPDemuxPartial(&data, &state) else {
      bytes.deallocate()
      throw state == WEBP_DEMUX_PARSE_ERROR ? Self.corrupt("its parts do not fit") : Self.truncated
    }
    self.handle = handle
    isComplete = state == WEBP_DEMUX_DONE
  }

  deinit {
    WebPDemuxDelete(handle)
    bytes.deallocate()
  }

  /// The size of the image or of the animation's canvas, in pixels.
  var size: PixelSize {
    PixelSize(
      width: Int(WebPDemuxGetI(handle, WEBP_FF_CANVAS_WIDTH)),
      height: Int(WebPDemuxGetI(handle, WEBP_FF_CANVAS_HEIGHT)))
  }

  var orientation: ImageOrientation {
    OrientationMetadata(exif: chunk("EXIF"), xmp: chunk("XMP ")).orientation
  }

  /// The durations of the frames, in milliseconds.
  var frameDurations: [Int] {
    var durations: [Int] = []
    var frame = WebPIterator()
    guard WebPDemuxGetFrame(handle, 1, &frame) != 0 else { return [] }
    defer { WebPDemuxReleaseIterator(&frame) }
    repeat { durations.append(Int(frame.duration)) } while WebPDemuxNextFrame(&frame) != 0
    return durations
  }

  /// Calls `body` with the first frame, whose pointers are valid only during the call.
  func withFirstFrame<Result>(
    _ body: (WebPIterator) throws(StillImageProblem) -> Result
  ) throws(StillImageProblem) -> Result {
    var frame = WebPIterator()
    guard WebPDemuxGetFrame(handle, 1, &frame) != 0 else { throw Self.truncated }
    defer { WebPDemuxReleaseIterator(&frame) }
    return try body(frame)
  }

  private func chunk(_ name: String) -> [UInt8]? {
    var chunk = WebPChunkIterator()
    guard WebPDemuxGetChunk(handle, name, 1, &chunk) != 0 else { return nil }
    defer { WebPDemuxReleaseChunkIterator(&chunk) }
    return Array(UnsafeBufferPointer(start: chunk.chunk.bytes, count: chunk.chunk.size))
  }

  static let truncated = StillImageProblem(
    .truncated, "not a complete WebP (ends before its first row)")

  static func corrupt(_ reason: String) -> StillImageProblem {
    StillImageProblem(.corrupt, "a damaged WebP: \(reason)")
  }
}
