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
  /// The number of tags of each picture in results; 0 leaves them out.
  let tagCount: Int

  /// - Parameters:
  ///   - model: The model as named by the user.
  ///   - digest: The SHA-256 of its weights.
  ///   - settings: The settings of the search.
  ///   - clipSettings: Additional settings for clips.
  ///   - playsAnimations: True if animated pictures are clips.
  ///   - tagCount: The number of tags of each picture in results; 0 leaves them out.
  package init(
    model: String, digest: String?, settings: JSONValue, clipSettings: [JSONValue.Member] = [],
    playsAnimations: Bool = false, tagCount: Int = 0
  ) {
    (self.playsAnimations, self.tagCount) = (playsAnimations, tagCount)
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
    case .success(let picture): members += picture.members(tagCount: head.tagCount)
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
  fileprivate func json(tagCount: Int) -> JSONValue {
    var members: [JSONValue.Member] = []
    if let span {
      members.append(.init("start", .rounded(span.start, to: 1e3)))
      members.append(.init("end", .rounded(span.end, to: 1e3)))
      members.append(.init("frames", .number(Double(frameCount))))
    }
    members.append(.init("captions", .array(captions.map(\.json))))
    if let confidence = description.confidence {
      members.append(.init("confidence", .rounded(confidence.probability)))
    }
    if description.isWithheld { members.append(.init("withheld", true)) }
    if tagCount > 0 {
      members.append(.init("tags", .array(description.tags.prefix(tagCount).map(\.json))))
    }
    return .object(members)
  }
}

extension CaptionedMedia {
  fileprivate func members(tagCount: Int) -> [JSONValue.Member] {
    let doubts = segments.compactMap { segment in
      (segment.description.isUnsure ? segment.description.doubt : nil).map { doubt -> JSONValue in
        [
          "code": "unsure",
          "message": .string(segment.span.map { "\($0.place): \(doubt)" } ?? doubt),
        ]
      }
    }
    return (isWithheld ? [.init("withheld", true)] : []) + [
      .init("segments", .array(segments.map { $0.json(tagCount: tagCount) })),
      .init("warnings", .array(warnings.filter { !$0.isRemark }.map(\.json) + doubts)),
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

extension PictureTag {
  fileprivate var json: JSONValue {
    [
      "label": .string(label), "word": word.map { .string($0) } ?? .null,
      "p": .rounded(Double(probability)),
    ]
  }
}

extension ClipSegment {
  /// Its times in seconds, for messages.
  package var place: String {
    func text(_ seconds: Double) -> String { "\((seconds * 100).rounded() / 100)" }
    return "\(text(start))-\(text(end)) s"
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
