import CMedia
import Glibc

/// The video stream of an open file, through FFmpeg: packets in, frames out.
struct VideoStream: ~Copyable {
  private let video: OpaquePointer
  private let bytes: MediaBytes

  /// Opens the clip in `bytes`; errors call it `name`.
  init(
    _ bytes: consuming MediaBytes, name: String, _ options: VideoOptions
  ) throws(MediaError) {
    try bytes.checkSampleTables(name: name)
    let settings = CMediaSettings(
      memory: bytes.memory?.baseAddress?.assumingMemoryBound(to: UInt8.self),
      descriptor: bytes.descriptor, offset: Int64(bytes.range.lowerBound),
      length: Int64(bytes.range.count), maximum_pixels: Int64(options.maximumPixels),
      deadline: deadline(in: options.timeLimit ?? 60), is_still: options.isStill)
    var opened: OpaquePointer?
    var reason = [CChar](repeating: 0, count: 128)
    let status = cmedia_open(settings, &opened, &reason)
    guard status == CMEDIA_OK, let opened else {
      throw VideoProblem(status, reason: text(reason)).error(name, .open)
    }
    video = opened
    self.bytes = bytes
  }

  deinit { cmedia_close(video) }

  var info: CMediaInfo { cmedia_info(video) }

  /// Whether its table of frames names some behind the end of the file.
  var listsMissingFrames: Bool { cmedia_lists_missing_frames(video) }

  /// Ends all work that takes more than `seconds` from now.
  func limitTime(to seconds: Double) { cmedia_set_deadline(video, deadline(in: seconds)) }

  // MARK: Packets

  /// A piece of the file that decodes to a frame.
  final class Payload {
    fileprivate let packet: OpaquePointer
    fileprivate init(_ packet: OpaquePointer) { self.packet = packet }
    deinit { cmedia_free_packet(packet) }
  }
  typealias Packet = PacketWindow<Payload>.Packet

  /// The next packet in the order of decoding; nil at the end.
  func readPacket() throws(VideoProblem) -> Packet? {
    var payload: OpaquePointer?
    var info = CMediaPacketInfo()
    let status = cmedia_read(video, &payload, &info)
    guard status == CMEDIA_OK, let payload else {
      // What cannot be read any further ends here; what there was is used.
      if status == CMEDIA_END || status == CMEDIA_DAMAGED || status == CMEDIA_AGAIN { return nil }
      throw VideoProblem(status)
    }
    return Packet(
      payload: Payload(payload), presented: known(info.presented), decoded: known(info.decoded),
      duration: max(info.duration, 0), isKey: info.is_key, size: Int(info.size))
  }

  /// Goes on reading at a key frame at or before `time`, if the file allows it.
  func seek(to time: Double) -> Bool { cmedia_seek(video, time) == CMEDIA_OK }

  /// Goes on reading at the beginning.
  func rewind() throws(VideoProblem) {
    let status = cmedia_rewind(video)
    guard status == CMEDIA_OK else { throw VideoProblem(status) }
  }

  /// When the last key frame before `time` is decoded, if the file has a list of them.
  func indexedKeyFrame(before time: Double) -> Double? {
    known(cmedia_indexed_key_frame(video, time))
  }

  // MARK: Frames

  /// Gives the decoder a packet, or the end; says whether the packet could be used.
  func send(_ payload: Payload?, isSpare: Bool) throws(VideoProblem) -> Bool {
    let status = cmedia_send(video, payload?.packet, isSpare)
    switch status {
    case CMEDIA_OK, CMEDIA_END: return true
    case CMEDIA_DAMAGED, CMEDIA_AGAIN: return false
    default: throw VideoProblem(status)
    }
  }

  /// The outcome of asking for a frame.
  enum Received { case frame(time: Double?), needsPacket, damaged, end }

  func receive() throws(VideoProblem) -> Received {
    var time = 0.0
    let status = cmedia_receive(video, &time)
    switch status {
    case CMEDIA_OK: return .frame(time: known(time))
    case CMEDIA_AGAIN: return .needsPacket
    case CMEDIA_END: return .end
    case CMEDIA_DAMAGED: return .damaged
    default: throw VideoProblem(status)
    }
  }

  /// Keeps the frame received last, until the next one is kept.
  func keep() { cmedia_keep(video) }

  /// Makes the decoder forget what came before.
  func detach() { cmedia_flush(video) }

  /// Whether the decoder had to guess parts of the kept frame.
  var keptIsDamaged: Bool { cmedia_kept_info(video).is_damaged }

  /// The rows of the kept frame of a still picture in which the decoder wrote anything.
  var keptFilledRowCount: Int { Int(cmedia_kept_info(video).filled_rows) }

  /// The size of the kept frame as it is stored.
  var keptSize: PixelSize {
    let info = cmedia_kept_info(video)
    return PixelSize(width: Int(info.width), height: Int(info.height))
  }

  /// The kept frame as it is stored, which may be turned.
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
    return Image(width: width, height: height, pixels: pixels)
  }

  /// The frame received last in grey, made as small as `size`.
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

/// The text in front of the NUL.
private func text(_ characters: [CChar]) -> String {
  String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

private func known(_ time: Double) -> Double? { time <= CMEDIA_NO_TIME ? nil : time }

/// `seconds` from now, on the clock that FFmpeg's calls are limited by.
private func deadline(in seconds: Double) -> Int64 {
  var now = timespec()
  clock_gettime(CLOCK_MONOTONIC, &now)
  return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec) + Int64(min(seconds, 1e9) * 1e9)
}
