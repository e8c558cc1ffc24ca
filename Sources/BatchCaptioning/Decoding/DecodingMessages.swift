import Captioning
import Files
import ImageEncoders
import Media

// The messages between a decoding pool and its workers, as JSON. An order comes from this program;
// a reply comes from a process that the file it read may have taken over, and is checked.

/// The parameters for reading a picture or clip.
struct DecodingOrder {
  let framing: ImagePreprocessing.Framing
  let size: Int
  let filter: ResamplingFilter
  let options: StillImageOptions
  /// The frames to read of clips; limits that pictures have, too, are in `options`.
  private(set) var sampling: ClipSampling
  let clipOptions: VideoOptions

  init(
    _ preprocessing: ImagePreprocessing, _ options: StillImageOptions,
    _ sampling: ClipSampling = ClipSampling(), _ clipOptions: VideoOptions = VideoOptions()
  ) {
    (framing, size, filter) = (preprocessing.framing, preprocessing.size, preprocessing.filter)
    self.options = options
    (self.sampling, self.clipOptions) = (sampling, clipOptions)
  }

  /// Returns the same order with another choice of frames.
  func reading(_ sampling: ClipSampling) -> DecodingOrder {
    var order = self
    order.sampling = sampling
    return order
  }

  /// The preprocessing as far as a worker needs it: the square that it makes of a picture, without
  /// the normalization.
  var preprocessing: ImagePreprocessing {
    ImagePreprocessing(framing: framing, size: size, filter: filter, mean: [], deviation: [])
  }

  var message: [UInt8] {
    let value = framing.rule.value.map(JSONValue.number) ?? .null
    let order: JSONValue = [
      "resize": .string(framing.rule.name), "resize_value": value, "input": .number(Double(size)),
      "filter": .string(filter.rawValue),
      "max_pixels": .number(Double(options.maximumPixels)),
      "max_side": .number(Double(options.maximumSide)),
      "max_bytes": .number(Double(options.maximumFileBytes)), "strict": .boolean(options.isStrict),
      "clips": .object(
        sampling.json + clipOptions.json + [.init("animations", .boolean(sampling.playsAnimations))]
      ),
    ]
    return Array(order.compactText.utf8)
  }

  init?(_ message: [UInt8]) {
    guard let order = try? JSONValue(reading: message), let size = order["input"]?.integer,
      let rule = order["resize"]?.string,
      let framing = try? ImagePreprocessing.Framing(
        rule: rule, value: order["resize_value"]?.number, key: "resize"),
      let filter = order["filter"]?.string.flatMap(ResamplingFilter.init),
      let maximumPixels = order["max_pixels"]?.integer,
      let maximumSide = order["max_side"]?.integer,
      let maximumFileBytes = order["max_bytes"]?.integer,
      case .boolean(let isStrict) = order["strict"], let clips = order["clips"]
    else { return nil }
    var options = StillImageOptions()
    (options.maximumPixels, options.maximumSide) = (maximumPixels, maximumSide)
    (options.maximumFileBytes, options.isStrict) = (maximumFileBytes, isStrict)
    (self.framing, self.size, self.filter) = (framing, size, filter)
    self.options = options
    sampling = ClipSampling(clips)
    clipOptions = VideoOptions(clips, like: options)
  }
}

extension ClipSampling {
  /// Reads an order from `json`.
  init(_ json: JSONValue) {
    self.init()
    if let seconds = json["every"]?.number { cutting = .every(seconds) }
    if json["scenes"] != nil { cutting = .scenes }
    frames = json["frames"].flatMap(Frames.init(json:))
    (start, end) = (json["start"]?.number, json["end"]?.number)
    playsAnimations = json["animations"] == .boolean(true)
  }
}

extension VideoOptions {
  fileprivate var json: [JSONValue.Member] {
    [
      maximumDuration.map { .init("max_duration", .number($0)) },
      timeLimit.map { .init("timeout", .number($0)) },
    ].compactMap(\.self)
  }

  fileprivate init(_ json: JSONValue, like pictures: StillImageOptions) {
    self.init()
    (maximumPixels, isStrict) = (pictures.maximumPixels, pictures.isStrict)
    maximumDuration = json["max_duration"]?.number
    timeLimit = json["timeout"]?.number
  }
}

/// The reply of a worker about a picture or clip; the squares' pixels come along separately.
enum DecodingReply: Equatable {
  /// The whole of a picture, whose only square comes along.
  case picture(PixelSize, [MediaWarning], decodeTime: Duration)
  /// The squares of a part of a clip; more of the same part may follow.
  case frames(count: Int, of: ClipSegment, isLastOfSegment: Bool)
  /// The end of a clip.
  case clip(PixelSize, ClipFacts, [MediaWarning], decodeTime: Duration)
  case failure(MediaError.Code, MediaError.Stage, problem: String)

  /// The maximum length of our own warnings and problems, in characters.
  static let longestText = 1000
  private static let mostWarnings = 16

  var message: [UInt8] {
    let reply: JSONValue
    switch self {
    case .picture(let size, let warnings, let decodeTime):
      reply = .object(Self.facts(size, warnings, decodeTime))
    case .frames(let count, let segment, let isLastOfSegment):
      reply = [
        "frames": .number(Double(count)), "start": .number(segment.start),
        "end": .number(segment.end), "last": .boolean(isLastOfSegment),
      ]
    case .clip(let size, let clip, let warnings, let decodeTime):
      reply = .object(
        Self.facts(size, warnings, decodeTime) + [
          .init("duration", .number(clip.duration)),
          .init("fps", clip.frameRate.map { .number($0) } ?? .null),
        ])
    case .failure(let code, let stage, let problem):
      reply = [
        "code": .string(code.rawValue), "stage": .string(stage.rawValue),
        "problem": .string(problem),
      ]
    }
    return Array(reply.compactText.utf8)
  }

  private static func facts(
    _ size: PixelSize, _ warnings: [MediaWarning], _ decodeTime: Duration
  ) -> [JSONValue.Member] {
    [
      .init("width", .number(Double(size.width))), .init("height", .number(Double(size.height))),
      .init("decode_ms", .number(decodeTime.milliseconds)),
      .init(
        "warnings",
        .array(
          warnings.map {
            [
              "code": .string($0.code.rawValue), "message": .string($0.message),
              "remark": .boolean($0.isRemark),
            ]
          })),
    ]
  }

  /// Parses a reply; nil if no worker of ours would send it.
  init?(_ message: [UInt8]) {
    guard let reply = try? JSONValue(reading: message) else { return nil }
    if let problem = reply["problem"] {
      guard let code = reply["code"]?.string.flatMap(MediaError.Code.init),
        let stage = reply["stage"]?.string.flatMap(MediaError.Stage.init),
        let problem = problem.string, problem.count <= Self.longestText
      else { return nil }
      self = .failure(code, stage, problem: problem)
      return
    }
    if let count = reply["frames"] {
      guard let count = count.integer, count > 0, let start = reply["start"]?.number,
        let end = reply["end"]?.number, 0 <= start, start <= end, end < 1e9,
        case .boolean(let isLast) = reply["last"]
      else { return nil }
      self = .frames(
        count: count, of: ClipSegment(start: start, end: end), isLastOfSegment: isLast)
      return
    }
    let sides = 1...StillImageOptions().maximumPixels
    guard let width = reply["width"]?.integer, sides.contains(width),
      let height = reply["height"]?.integer, sides.contains(height),
      let milliseconds = reply["decode_ms"]?.number, (0...1e9).contains(milliseconds),
      let elements = reply["warnings"]?.elements, elements.count <= Self.mostWarnings
    else { return nil }
    let warnings = elements.compactMap(MediaWarning.init(reply:))
    guard warnings.count == elements.count else { return nil }
    let size = PixelSize(width: width, height: height)
    let decodeTime = Duration.milliseconds(milliseconds)
    guard let duration = reply["duration"] else {
      self = .picture(size, warnings, decodeTime: decodeTime)
      return
    }
    let frameRate = reply["fps"]?.number
    guard let duration = duration.number, (0...1e9).contains(duration),
      frameRate.map({ $0 > 0 && $0 < 1e9 }) ?? true
    else { return nil }
    self = .clip(
      size, ClipFacts(duration: duration, frameRate: frameRate), warnings, decodeTime: decodeTime)
  }
}

extension MediaWarning {
  fileprivate init?(reply: JSONValue) {
    guard let code = reply["code"]?.string.flatMap(MediaError.Code.init),
      let message = reply["message"]?.string, message.count <= DecodingReply.longestText,
      case .boolean(let isRemark) = reply["remark"]
    else { return nil }
    self.init(code: code, message: message, isRemark: isRemark)
  }
}
