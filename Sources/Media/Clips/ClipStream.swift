/// The moving pictures of an open file, through a library that reads its format: packets in, frames out.
///
/// Classes conform to it: each owns a C handle, which must not be copied.
protocol ClipStream: AnyObject {
  var info: ClipStreamInfo { get }
  /// Whether its table of frames names some behind the end of the file.
  var listsMissingFrames: Bool { get }

  /// Ends all work that takes more than `seconds` from now.
  func limitTime(to seconds: Double)

  /// The next packet in the order of decoding; nil at the end.
  func readPacket() throws(VideoProblem) -> ClipPacket?
  /// Goes on reading at the beginning.
  func rewind() throws(VideoProblem)
  /// Goes on reading at a key frame at or before `time`, if the file allows it.
  func seek(to time: Double) -> Bool
  /// When the last key frame before `time` is decoded, if the file has a list of them.
  func indexedKeyFrame(before time: Double) -> Double?

  /// Gives the decoder a packet, or the end; says whether the packet could be used.
  ///
  /// If it `isSpare`, nobody wants its frame, which is decoded only if others need it.
  func send(_ payload: ClipPayload?, isSpare: Bool) throws(VideoProblem) -> Bool
  func receive() throws(VideoProblem) -> ReceivedFrame
  /// Keeps the frame received last, until the next one is kept.
  func keep()
  /// Makes the decoder forget what came before.
  func detach()

  /// What is known of the kept frame, as it is stored, which may be turned.
  var kept: KeptFrame { get }
  /// Its pixels.
  func keptImage() throws(VideoProblem) -> Image
  /// The frame received last in grey, made as small as `size`.
  func thumbnail(_ size: PixelSize) throws(VideoProblem) -> [UInt8]
}

/// A piece of a file that decodes to a frame.
enum ClipPayload {
  case packet(VideoStream.Payload)
  /// One that its stream knows by its number.
  case picture(Int)
}

typealias ClipPacket = PacketWindow<ClipPayload>.Packet

/// What a file says about its moving pictures.
struct ClipStreamInfo {
  /// As they are stored; 0 where the file does not say.
  let size: PixelSize
  var orientation = ImageOrientation.upright
  /// In seconds; nil where the file does not say.
  let duration: Double?
  /// Frames per second; nil where the file does not say, or nothing possible.
  let frameRate: Double?
  /// Whether the duration is no more than a guess from size and bit rate.
  var isDurationGuessed = false
  /// By how many frames decoding runs ahead of showing.
  var delay = 0
  /// Whether the clock may be set anew on the way, so that only reading all of it tells the duration.
  var clockMayJump = false
  let container: String
  let codec: String
}

/// The outcome of asking for a frame.
enum ReceivedFrame { case frame(time: Double?), needsPacket, damaged, end }

/// A frame between decoding and its conversion to RGB.
struct KeptFrame {
  let size: PixelSize
  /// Whether the decoder had to guess parts of it.
  var isDamaged = false
  /// How its light is coded beyond the standard range, such as "PQ"; nil in standard range.
  var highRange: String?
}
