import CMedia
import Glibc

/// The video stream of an open file, read with FFmpeg.
final class VideoStream: ClipStream {
  // A class, because it owns a C handle.
  private let video: OpaquePointer
  private let bytes: MediaBytes
  /// The alpha of an image sequence that stores it in a stream of its own.
  private let alpha: AlphaStream?
  /// The presentation times of the last received frame and of the kept one, in seconds.
  private var receivedTime: Double?
  private var keptTime: Double?

  /// Opens the clip in `bytes`.
  ///
  /// - Parameters:
  ///   - bytes: The file.
  ///   - name: The name used in errors.
  ///   - options: Limits and options.
  ///   - track: The index of the stream to open; nil for the best video stream.
  /// - Throws: `MediaError` if it cannot be opened.
  init(
    _ bytes: consuming MediaBytes, name: String, _ options: VideoOptions, track: Int? = nil
  ) throws(MediaError) {
    try bytes.checkSampleTables(name: name)
    let format = bytes.format
    let start = bytes.beginning(format)
    let alphaTrack = track == nil ? bytes.alphaTrack(format) : nil
    var settings = CMediaSettings(
      memory: bytes.memory?.baseAddress?.assumingMemoryBound(to: UInt8.self),
      descriptor: bytes.descriptor, offset: Int64(bytes.range.lowerBound + start),
      length: Int64(bytes.range.count - start), format: nil,
      maximum_pixels: Int64(options.maximumPixels),
      deadline: deadline(in: options.timeLimit ?? 60), stream: Int32(track ?? -1),
      left_out_stream: Int32(alphaTrack?.number ?? -1), is_still: options.isStill)
    var opened: OpaquePointer?
    var reason = [CChar](repeating: 0, count: 128)
    let status = withOptionalCString(format?.nameForFFmpeg) { format in
      settings.format = format
      return cmedia_open(settings, &opened, &reason)
    }
    guard status == CMEDIA_OK, let opened else {
      throw VideoProblem(status, reason: text(reason)).error(name, .open)
    }
    video = opened
    var alpha: AlphaStream?
    if let alphaTrack {
      do throws(MediaError) {
        alpha = try AlphaStream(bytes.again(), name: name, options, alphaTrack)
      } catch {
        cmedia_close(opened)
        throw error
      }
    }
    self.alpha = alpha
    self.bytes = bytes
  }

  deinit { cmedia_close(video) }

  var info: ClipStreamInfo {
    let said = cmedia_info(video)
    return ClipStreamInfo(
      size: PixelSize(width: Int(said.width), height: Int(said.height)),
      orientation: ImageOrientation(rawValue: Int(said.orientation)) ?? .upright,
      duration: said.duration >= 0 ? said.duration : nil,
      frameRate: VideoFile.possibleRates.contains(said.frame_rate) ? said.frame_rate : nil,
      isDurationGuessed: said.is_duration_guessed, delay: max(0, Int(said.delay)),
      clockMayJump: said.clock_may_jump,
      container: String(cString: said.container), codec: String(cString: said.codec))
  }

  var listsMissingFrames: Bool { cmedia_lists_missing_frames(video) }

  func limitTime(to seconds: Double) {
    cmedia_set_deadline(video, deadline(in: seconds))
    alpha?.limitTime(to: seconds)
  }

  // MARK: Packets

  /// Owns an FFmpeg packet.
  final class Payload {
    fileprivate let packet: OpaquePointer
    fileprivate init(_ packet: OpaquePointer) { self.packet = packet }
    deinit { cmedia_free_packet(packet) }
  }

  func readPacket() throws(VideoProblem) -> ClipPacket? {
    var payload: OpaquePointer?
    var info = CMediaPacketInfo()
    let status = cmedia_read(video, &payload, &info)
    guard status == CMEDIA_OK, let payload else {
      // A read error ends the clip here; the frames before it are used.
      if status == CMEDIA_END || status == CMEDIA_DAMAGED || status == CMEDIA_AGAIN { return nil }
      throw VideoProblem(status)
    }
    return ClipPacket(
      payload: .packet(Payload(payload)), presented: known(info.presented),
      decoded: known(info.decoded), duration: max(info.duration, 0), isKey: info.is_key,
      size: Int(info.size))
  }

  func seek(to time: Double) -> Bool { cmedia_seek(video, time) == CMEDIA_OK }

  func rewind() throws(VideoProblem) {
    let status = cmedia_rewind(video)
    guard status == CMEDIA_OK else { throw VideoProblem(status) }
  }

  func indexedKeyFrame(before time: Double) -> Double? {
    known(cmedia_indexed_key_frame(video, time))
  }

  // MARK: Frames

  func send(_ payload: ClipPayload?, isSpare: Bool) throws(VideoProblem) -> Bool {
    var packet: OpaquePointer?
    if case .packet(let payload) = payload { packet = payload.packet }
    let status = cmedia_send(video, packet, isSpare)
    switch status {
    case CMEDIA_OK, CMEDIA_END: return true
    case CMEDIA_DAMAGED, CMEDIA_AGAIN: return false
    default: throw VideoProblem(status)
    }
  }

  func receive() throws(VideoProblem) -> ReceivedFrame {
    var time = 0.0
    let status = cmedia_receive(video, &time)
    switch status {
    case CMEDIA_OK:
      receivedTime = known(time)
      return .frame(time: receivedTime)
    case CMEDIA_AGAIN: return .needsPacket
    case CMEDIA_END: return .end
    case CMEDIA_DAMAGED: return .damaged
    default: throw VideoProblem(status)
    }
  }

  func keep() {
    cmedia_keep(video)
    keptTime = receivedTime
  }

  func detach() { cmedia_flush(video) }

  /// The number of rows of a kept still image that the decoder wrote.
  var keptFilledRowCount: Int { Int(cmedia_kept_info(video).filled_rows) }

  var kept: KeptFrame {
    let info = cmedia_kept_info(video)
    let transfers = [Int32(CMEDIA_PQ): "PQ", Int32(CMEDIA_HLG): "HLG"]
    return KeptFrame(
      size: PixelSize(width: Int(info.width), height: Int(info.height)),
      isDamaged: info.is_damaged, highRange: transfers[info.hdr_transfer])
  }

  func keptImage() throws(VideoProblem) -> Image {
    let size = cmedia_kept_info(video)
    let (width, height) = (Int(size.width), Int(size.height))
    guard width > 0, height > 0 else { throw VideoProblem(CMEDIA_DAMAGED) }
    let count = width * height * 3
    var status = CMEDIA_OK
    let pixels = [UInt8](unsafeUninitializedCapacity: Int(size.rgb_size)) { target, written in
      status = cmedia_kept_rgb(video, target.baseAddress)
      written = count
    }
    guard status == CMEDIA_OK else { throw VideoProblem(status) }
    let image = Image(width: width, height: height, pixels: pixels)
    return try alpha?.overWhite(image, at: keptTime ?? 0) ?? image
  }

  func thumbnail(_ size: PixelSize) throws(VideoProblem) -> [UInt8] {
    let count = size.width * size.height
    var status = CMEDIA_OK
    let pixels = [UInt8](unsafeUninitializedCapacity: count + 256) { target, written in
      status = cmedia_thumbnail(
        video, Int32(size.width), Int32(size.height), target.baseAddress)
      written = count
    }
    guard status == CMEDIA_OK else { throw VideoProblem(status) }
    return pixels
  }
}

/// Calls `body` with a C string, or nil; the pointer is valid only during the call.
private func withOptionalCString<Result>(
  _ text: String?, _ body: (UnsafePointer<CChar>?) -> Result
) -> Result {
  guard let text else { return body(nil) }
  return text.withCString(body)
}

/// Returns the text before the NUL.
private func text(_ characters: [CChar]) -> String {
  String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

private func known(_ time: Double) -> Double? { time <= CMEDIA_NO_TIME ? nil : time }

/// Returns the time `seconds` from now, in nanoseconds of the monotonic clock that limits FFmpeg's calls.
private func deadline(in seconds: Double) -> Int64 {
  var now = timespec()
  clock_gettime(CLOCK_MONOTONIC, &now)
  return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec) + Int64(min(seconds, 1e9) * 1e9)
}
