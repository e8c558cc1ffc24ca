/// The video stream of an open file, read with a library: packets are read, frames are decoded.
///
/// Classes conform to it, as each owns a C handle that must not be copied.
protocol ClipStream: AnyObject {
  var info: ClipStreamInfo { get }
  /// True if the file's index lists frames beyond its end.
  var listsMissingFrames: Bool { get }

  /// Sets a deadline `seconds` from now, after which all operations fail.
  func limitTime(to seconds: Double)

  /// Reads the next packet in decoding order; nil at the end.
  func readPacket() throws(VideoProblem) -> ClipPacket?
  /// Seeks back to the beginning.
  func rewind() throws(VideoProblem)
  /// Seeks to a key frame at or before `time`, in seconds; false if the file does not allow it.
  func seek(to time: Double) -> Bool
  /// Returns the decoding time of the last key frame before `time`, in seconds; nil if the file has no index
  /// of key frames.
  func indexedKeyFrame(before time: Double) -> Double?

  /// Sends a packet, or nil for the end of the stream, to the decoder; false if the packet is damaged.
  ///
  /// The frame of an `isSpare` packet is not needed itself, and is decoded only if others are predicted from
  /// it.
  func send(_ payload: ClipPayload?, isSpare: Bool) throws(VideoProblem) -> Bool
  func receive() throws(VideoProblem) -> ReceivedFrame
  /// Keeps the last received frame until the next one is kept.
  func keep()
  /// Flushes the decoder, which discards its reference frames.
  func detach()

  /// The properties of the kept frame, as stored, before rotation.
  var kept: KeptFrame { get }
  /// Converts the kept frame to RGB.
  func keptImage() throws(VideoProblem) -> Image
  /// Returns the last received frame in greyscale, resized to `size`.
  func thumbnail(_ size: PixelSize) throws(VideoProblem) -> [UInt8]
}

/// A piece of a file that decodes to a frame.
enum ClipPayload {
  case packet(VideoStream.Payload)
  /// A frame that the stream identifies by its index.
  case picture(Int)
}

typealias ClipPacket = PacketWindow<ClipPayload>.Packet

/// The properties of a video stream as its file states them.
struct ClipStreamInfo {
  /// The stored size in pixels; 0 if not stated.
  let size: PixelSize
  var orientation = ImageOrientation.upright
  /// The duration in seconds; nil if not stated.
  let duration: Double?
  /// The frame rate in frames per second; nil if not stated or implausible.
  let frameRate: Double?
  /// True if the duration is an estimate from file size and bit rate.
  var isDurationGuessed = false
  /// The number of frames by which decoding runs ahead of presentation.
  var delay = 0
  /// True if timestamps may be reset within the file, so that its duration is known only after reading all of
  /// it.
  var clockMayJump = false
  let container: String
  let codec: String
}

/// The result of receiving a frame from the decoder.
enum ReceivedFrame { case frame(time: Double?), needsPacket, damaged, end }

/// A decoded frame that is not yet converted to RGB.
struct KeptFrame {
  let size: PixelSize
  /// True if the decoder concealed errors in the frame.
  var isDamaged = false
  /// The name of the HDR transfer function, such as "PQ"; nil in SDR.
  var highRange: String?
}
