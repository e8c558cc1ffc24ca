import Files
import Media

// Results as JSON, in the form that `Sources/cutline/Resources/result.schema.json` describes.

/// What all results of a run have in common.
package struct ResultHead: Sendable {
  package static let schema = "cutline.result/1"

  /// The model as the user called it, and the SHA-256 of its weights.
  package let model: JSONValue
  /// How captions were searched for.
  package let settings: JSONValue

  package init(model: String, digest: String?, settings: JSONValue) {
    var members = [JSONValue.Member("name", .string(model))]
    if let digest { members.append(.init("sha256", .string(digest))) }
    (self.model, self.settings) = (.object(members), settings)
  }
}

extension CaptionResult {
  package func json(_ head: ResultHead) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("schema", .string(ResultHead.schema)), .init("file", .string(file)),
    ]
    if case .success(let picture) = outcome {
      members.append(.init("kind", "image"))
      members.append(.init("width", .number(Double(picture.size.width))))
      members.append(.init("height", .number(Double(picture.size.height))))
    }
    members.append(.init("model", head.model))
    members.append(.init("settings", head.settings))
    switch outcome {
    case .success(let picture): members += picture.members
    case .failure(let error): members.append(.init("error", error.json))
    }
    return .object(members)
  }
}

extension CaptionedPicture {
  /// A picture is one segment, without times.
  fileprivate var members: [JSONValue.Member] {
    [
      .init("segments", [["captions": .array(captions.map(\.json))]]),
      .init("warnings", .array(warnings.map(\.json))),
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

extension CaptionSearch {
  /// The settings that decide what is found.
  package var json: JSONValue {
    switch self {
    case .beam(let search):
      return [
        "beam": .number(Double(search.width)), "max_words": .number(Double(search.maximumWords)),
      ]
    case .sampling(let search):
      var members: [JSONValue.Member] = [
        .init("sample", true), .init("temperature", .rounded(Double(search.temperature))),
      ]
      if let count = search.topWordCount { members.append(.init("top_k", .number(Double(count)))) }
      members.append(.init("seed", .number(Double(search.random.seed))))
      members.append(.init("max_words", .number(Double(search.maximumWords))))
      return .object(members)
    }
  }
}

extension JSONValue {
  /// `value` to four places: as exact as captions of different batches agree.
  fileprivate static func rounded(_ value: Double, to unit: Double = 1e4) -> JSONValue {
    value.isFinite ? .number((value * unit).rounded() / unit) : .null
  }
}
