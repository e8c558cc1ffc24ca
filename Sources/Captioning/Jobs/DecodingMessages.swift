import Files
import ImageEncoders
import Media

// What a decoding pool and its workers say to each other, as JSON. An order comes from us; a reply comes
// from a process that may have been taken over by the file it read, and is checked.

/// How a worker is to read a picture.
struct PictureOrder {
  let framing: ImagePreprocessing.Framing
  let size: Int
  let options: StillImageOptions

  init(_ preprocessing: ImagePreprocessing, _ options: StillImageOptions) {
    (framing, size, self.options) = (preprocessing.framing, preprocessing.size, options)
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
      case .boolean(let isStrict) = order["strict"]
    else { return nil }
    var options = StillImageOptions()
    (options.maximumPixels, options.maximumSide) = (maximumPixels, maximumSide)
    (options.maximumFileBytes, options.isStrict) = (maximumFileBytes, isStrict)
    (self.framing, self.size, self.options) = (framing, size, options)
  }
}

/// What a worker says about a picture, besides the square's pixels.
enum PictureReply: Equatable {
  case picture(PixelSize, [MediaWarning], decodeTime: Duration)
  case failure(MediaError.Code, MediaError.Stage, problem: String)

  /// No warning or problem of ours is longer, in characters.
  static let longestText = 1000
  private static let mostWarnings = 16

  var message: [UInt8] {
    let reply: JSONValue
    switch self {
    case .picture(let size, let warnings, let decodeTime):
      reply = [
        "width": .number(Double(size.width)), "height": .number(Double(size.height)),
        "decode_ms": .number(decodeTime.milliseconds),
        "warnings": .array(
          warnings.map { ["code": .string($0.code.rawValue), "message": .string($0.message)] }),
      ]
    case .failure(let code, let stage, let problem):
      reply = [
        "code": .string(code.rawValue), "stage": .string(stage.rawValue),
        "problem": .string(problem),
      ]
    }
    return Array(reply.compactText.utf8)
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
    let sides = 1...StillImageOptions().maximumPixels
    guard let width = reply["width"]?.integer, sides.contains(width),
      let height = reply["height"]?.integer, sides.contains(height),
      let milliseconds = reply["decode_ms"]?.number, (0...1e9).contains(milliseconds),
      let elements = reply["warnings"]?.elements, elements.count <= Self.mostWarnings
    else { return nil }
    let warnings = elements.compactMap(MediaWarning.init(reply:))
    guard warnings.count == elements.count else { return nil }
    self = .picture(
      PixelSize(width: width, height: height), warnings,
      decodeTime: .milliseconds(milliseconds))
  }
}

extension MediaWarning {
  fileprivate init?(reply: JSONValue) {
    guard let code = reply["code"]?.string.flatMap(MediaError.Code.init),
      let message = reply["message"]?.string, message.count <= PictureReply.longestText
    else { return nil }
    self.init(code: code, message: message)
  }
}
