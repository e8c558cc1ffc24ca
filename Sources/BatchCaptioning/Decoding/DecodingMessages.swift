import Captioning
import Files
import ImageEncoders
import Media

// What a decoding pool and its workers say to each other, as JSON. An order comes from us; a reply comes
// from a process that may have been taken over by the file it read, and is checked.

/// How a worker is to read a picture or clip.
struct DecodingOrder {
  let framing: ImagePreprocessing.Framing
  let size: Int
  let options: StillImageOptions
  /// Of clips; where pictures have the same limits, `options` counts.
  let sampling: ClipSampling
  let clipOptions: VideoOptions

  init(
    _ preprocessing: ImagePreprocessing, _ options: StillImageOptions,
    _ sampling: ClipSampling = ClipSampling(), _ clipOptions: VideoOptions = VideoOptions()
  ) {
    (framing, size, self.options) = (preprocessing.framing, preprocessing.size, options)
    (self.sampling, self.clipOptions) = (sampling, clipOptions)
  }

  /// The square that a worker makes of a picture; it has no use for the colours' statistics.
  var preprocessing: ImagePreprocessing {
    ImagePreprocessing(framing: framing, size: size, mean: [], deviation: [])
  }

  var message: [UInt8] {
    let value = framing.rule.value.map(JSONValue.number) ?? .null
    let order: JSONValue = [
      "resize": .string(framing.rule.name), "resize_value": value, "input": .number(Double(size)),
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
      let maximumPixels = order["max_pixels"]?.integer,
      let maximumSide = order["max_side"]?.integer,
      let maximumFileBytes = order["max_bytes"]?.integer,
      case .boolean(let isStrict) = order["strict"], let clips = order["clips"]
    else { return nil }
    var options = StillImageOptions()
    (options.maximumPixels, options.maximumSide) = (maximumPixels, maximumSide)
    (options.maximumFileBytes, options.isStrict) = (maximumFileBytes, isStrict)
    (self.framing, self.size, self.options) = (framing, size, options)
    sampling = ClipSampling(clips)
    clipOptions = VideoOptions(clips, like: options)
  }
}

extension ClipSampling {
  /// As `json` says it.
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

/// What a worker says about a picture or clip, besides the squares' pixels.
enum DecodingReply: Equatable {
  /// All of a picture: its only square comes along.
  case picture(PixelSize, [MediaWarning], decodeTime: Duration)
  /// Squares of a part of a clip; more of the same part may follow.
  case frames(count: Int, of: ClipSegment, isLastOfSegment: Bool)
  /// The end of a clip.
  case clip(PixelSize, ClipFacts, [MediaWarning], decodeTime: Duration)
  case failure(MediaError.Code, MediaError.Stage, problem: String)

  /// No warning or problem of ours is longer, in characters.
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

  /// Nil if no worker of ours would say this.
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
