import Captioning
import Files
import Media

// Results as JSON, in the form that `Sources/cutline/Resources/result.schema.json` describes.

/// The facts common to all results of a run.
package struct ResultHead: Sendable {
  package static let schema = "cutline.result/1"

  /// The model as named by the user, and the SHA-256 of its weights.
  package let model: JSONValue
  /// The settings of the search.
  package let settings: JSONValue
  /// The same for clips, including the choice of frames.
  package let clipSettings: JSONValue
  /// The same for animated pictures that are not clips, of which only the first frame is read.
  package let firstPictureSettings: JSONValue
  /// True if animated pictures are clips.
  let playsAnimations: Bool

  /// - Parameters:
  ///   - model: The model as named by the user.
  ///   - digest: The SHA-256 of its weights.
  ///   - settings: The settings of the search.
  ///   - clipSettings: Additional settings for clips.
  ///   - playsAnimations: True if animated pictures are clips.
  package init(
    model: String, digest: String?, settings: JSONValue, clipSettings: [JSONValue.Member] = [],
    playsAnimations: Bool = false
  ) {
    self.playsAnimations = playsAnimations
    var members = [JSONValue.Member("name", .string(model))]
    if let digest { members.append(.init("sha256", .string(digest))) }
    (self.model, self.settings) = (.object(members), settings)
    guard case .object(let search) = settings else {
      (self.clipSettings, firstPictureSettings) = (settings, settings)
      return
    }
    self.clipSettings = .object(search + clipSettings)
    firstPictureSettings = .object(search + [.init("first_picture", true)])
  }
}

extension CaptionResult {
  package func json(_ head: ResultHead) -> JSONValue {
    var members = [JSONValue.Member("schema", .string(ResultHead.schema))]
    members += Self.members(naming: file)
    if case .success(let picture) = outcome {
      members.append(.init("kind", picture.clip == nil ? "image" : "video"))
      members.append(.init("width", .number(Double(picture.size.width))))
      members.append(.init("height", .number(Double(picture.size.height))))
      members += picture.clip?.members ?? []
    }
    members.append(.init("model", head.model))
    members.append(.init("settings", settings(head)))
    switch outcome {
    case .success(let picture): members += picture.members
    case .failure(let error): members.append(.init("error", error.json))
    }
    return .object(members)
  }
}

extension CaptionResult {
  /// Returns the members that name a file.
  ///
  /// JSON cannot hold bytes that are not UTF-8: these are given in base 64.
  fileprivate static func members(naming file: String) -> [JSONValue.Member] {
    let shown = JSONValue.Member("file", .string(visibleName(file)))
    return isUTF8Name(file)
      ? [shown] : [shown, .init("file_bytes", .string(base64(nameBytes(file))))]
  }

  /// Returns the settings that apply to this file.
  private func settings(_ head: ResultHead) -> JSONValue {
    guard case .success(let media) = outcome else { return head.settings }
    if media.clip != nil { return head.clipSettings }
    return media.warnings.contains(.firstPictureOnly) ? head.firstPictureSettings : head.settings
  }
}

extension ClipFacts {
  fileprivate var members: [JSONValue.Member] {
    [.init("duration", .rounded(duration, to: 1e3))]
      + (frameRate.map { [.init("fps", .rounded($0, to: 1e3))] } ?? [])
  }
}

extension CaptionedSegment {
  fileprivate var json: JSONValue {
    var members: [JSONValue.Member] = []
    if let span {
      members.append(.init("start", .rounded(span.start, to: 1e3)))
      members.append(.init("end", .rounded(span.end, to: 1e3)))
      members.append(.init("frames", .number(Double(frameCount))))
    }
    members.append(.init("captions", .array(captions.map(\.json))))
    return .object(members)
  }
}

extension CaptionedMedia {
  fileprivate var members: [JSONValue.Member] {
    [
      .init("segments", .array(segments.map(\.json))),
      .init("warnings", .array(warnings.filter { !$0.isRemark }.map(\.json))),
      .init("timing_ms", timing.json),
    ]
  }
}

extension Caption {
  fileprivate var json: JSONValue {
    [
      "text": .string(text),
      "logprob": .rounded(Double(logProbability)),
      "score": .rounded(Double(score)),
      "words": .array(
        words.map {
          ["w": .string($0.text), "logprob": .rounded(Double($0.logProbability))]
        }),
    ]
  }
}

extension MediaWarning {
  fileprivate var json: JSONValue {
    ["code": .string(code.rawValue), "message": .string(message)]
  }
}

extension MediaError {
  fileprivate var json: JSONValue {
    ["code": .string(code.rawValue), "stage": .string(stage.rawValue), "message": .string(problem)]
  }
}

extension StageTiming {
  fileprivate var json: JSONValue {
    [
      "decode": .rounded(decode.milliseconds, to: 10),
      "encode": .rounded(encode.milliseconds, to: 10),
      "search": .rounded(search.milliseconds, to: 10),
    ]
  }
}

extension ClipSampling {
  /// The settings that choose the frames.
  package var json: [JSONValue.Member] {
    var members: [JSONValue.Member] = []
    switch cutting {
    case .whole: break
    case .every(let seconds): members.append(.init("every", .number(seconds)))
    case .scenes: members.append(.init("scenes", true))
    }
    members.append(.init("frames", chosenFrames.json))
    if let start { members.append(.init("start", .number(start))) }
    if let end { members.append(.init("end", .number(end))) }
    return members
  }
}
