import CMedia
import CWebP

/// The frames of a WebP animation, decoded with libwebp, as FFmpeg supports them only from version 8 on.
///
/// Each frame is drawn over the ones before, so all frames up to the selected one are decoded.
final class WebPStream: ClipStream {
  // A class, because it owns a C handle that points into `file`, which must not move.
  private let file: UnsafeMutableBufferPointer<UInt8>
  private let decoder: OpaquePointer
  /// The start time of each frame, and the end of the last one, in seconds.
  private let times: [Double]
  private let size: PixelSize
  private let orientation: ImageOrientation
  private var deadline = ContinuousClock.now
  /// The index of the next frame to read.
  private var next = 0
  /// The indices of frames that were sent and not yet received.
  private var waiting: ArraySlice<Int> = []
  private var hasEnded = false
  private var received: [UInt8] = []
  private var keptPixels: [UInt8] = []

  /// Opens the animation or still image in `bytes`; errors use `name`.
  init(
    _ bytes: consuming MediaBytes, name: String, _ options: VideoOptions
  ) throws(MediaError) {
    do throws(StillImageProblem) {
      let content = bytes.firstBytes(StillImageOptions().maximumFileBytes)
      let container = try WebPContainer(content)
      guard container.isComplete else { throw WebPContainer.truncatedAnimation }
      let size = container.size
      guard size.height <= options.maximumPixels / max(size.width, 1) else {
        throw StillImageProblem(
          .tooLarge, "its frames have more pixels than the limit",
          remedy: "Make them smaller, or raise --max-pixels.")
      }
      let file = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: content.count)
      _ = file.initialize(from: content)
      var data = WebPData(bytes: file.baseAddress, size: file.count)
      guard let decoder = WebPAnimDecoderNew(&data, nil) else {
        file.deallocate()
        throw WebPContainer.corrupt("its frames do not fit")
      }
      (self.file, self.decoder, self.size) = (file, decoder, size)
      (times, orientation) = (container.frameTimes, container.orientation)
    } catch {
      throw MediaError(
        path: name, code: error.code, stage: .open, problem: "\(error.fact). \(error.remedy)")
    }
    limitTime(to: options.timeLimit ?? 60)
  }

  deinit {
    WebPAnimDecoderDelete(decoder)
    file.deallocate()
  }

  var info: ClipStreamInfo {
    let duration = times.last ?? 0
    return ClipStreamInfo(
      size: size, orientation: orientation, duration: duration,
      frameRate: duration > 0 ? Double(times.count - 1) / duration : nil, container: "webp",
      codec: "webp")
  }

  var listsMissingFrames: Bool { false }

  func limitTime(to seconds: Double) { deadline = .now + .seconds(min(seconds, 1e9)) }

  // MARK: Packets

  func readPacket() throws(VideoProblem) -> ClipPacket? {
    guard next + 1 < times.count else { return nil }
    defer { next += 1 }
    return ClipPacket(
      payload: .picture(next), presented: times[next], decoded: times[next],
      duration: times[next + 1] - times[next], isKey: next == 0, size: 0)
  }

  func rewind() throws(VideoProblem) {
    next = 0
    detach()
    WebPAnimDecoderReset(decoder)
  }

  func seek(to time: Double) -> Bool { false }
  func indexedKeyFrame(before time: Double) -> Double? { nil }

  // MARK: Frames

  func send(_ payload: ClipPayload?, isSpare: Bool) throws(VideoProblem) -> Bool {
    if case .picture(let number) = payload { waiting.append(number) } else { hasEnded = true }
    return true
  }

  func receive() throws(VideoProblem) -> ReceivedFrame {
    guard ContinuousClock.now < deadline else { throw VideoProblem(CMEDIA_TIMEOUT) }
    guard let number = waiting.popFirst() else { return hasEnded ? .end : .needsPacket }
    var pixels: UnsafeMutablePointer<UInt8>?
    var end: Int32 = 0
    guard WebPAnimDecoderGetNext(decoder, &pixels, &end) != 0, let pixels else { return .damaged }
    // Copied, as the decoder draws the next frame over this memory.
    received = Array(UnsafeBufferPointer(start: pixels, count: 4 * size.width * size.height))
    return .frame(time: times[number])
  }

  func keep() { (keptPixels, received) = (received, []) }

  func detach() { (waiting, hasEnded) = ([], false) }

  var kept: KeptFrame { KeptFrame(size: size) }

  func keptImage() throws(VideoProblem) -> Image {
    Image(width: size.width, height: size.height, pixels: keptPixels.laidOverWhite())
  }

  func thumbnail(_ target: PixelSize) throws(VideoProblem) -> [UInt8] {
    let picture = Image(width: size.width, height: size.height, pixels: received.laidOverWhite())
      .resized(toWidth: target.width, height: target.height)
    // Luma weights of BT.601.
    return (0..<target.width * target.height).map { place in
      let (red, green, blue) = (
        Int(picture.pixels[3 * place]), Int(picture.pixels[3 * place + 1]),
        Int(picture.pixels[3 * place + 2])
      )
      return UInt8((299 * red + 587 * green + 114 * blue + 500) / 1000)
    }
  }
}

extension WebPContainer {
  fileprivate static let truncatedAnimation = StillImageProblem(
    .truncated, "not a complete WebP (ends inside its animation)")

  /// The start time of each frame, and the end of the last one, in seconds.
  ///
  /// As in browsers, a frame with a duration of 10 ms or less is shown for 100 ms.
  fileprivate var frameTimes: [Double] {
    var times = [0.0]
    for milliseconds in frameDurations {
      let seconds = milliseconds <= 10 ? 0.1 : Double(milliseconds) / 1000
      times.append(times[times.count - 1] + seconds)
    }
    return times
  }
}
