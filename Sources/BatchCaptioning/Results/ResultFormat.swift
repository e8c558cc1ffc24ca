import Captioning
import Files
import Media
import Reports

/// The formats of results, under the names that users type.
package enum ResultFormat: String, Sendable, CaseIterable {
  /// One caption per line, after the path of its file and its time in a clip, if these are needed.
  case text
  /// `path<TAB>caption`, always.
  case tsv
  /// One object, or an array of objects, indented.
  case json
  /// One object per line.
  case jsonl
  /// One array of `{"image_id": 9, "caption": "a dog"}`, as coco-caption reads results.
  case coco
  /// Captions with times, for video players: SubRip and WebVTT.
  case srt, vtt

  /// True if pictures, which have no timestamps, have no output in this format.
  package var isForClips: Bool { self == .srt || self == .vtt }

  /// The extension of such files.
  package var fileExtension: String {
    switch self {
    case .text: "txt"
    case .coco: "json"
    default: rawValue
    }
  }

  /// Returns the format of a file name by its extension.
  package init?(forFileName name: String) {
    guard let dot = name.lastIndex(of: "."), !name[dot...].contains("/") else { return nil }
    switch name[name.index(after: dot)...].lowercased() {
    case "txt": self = .text
    case "coco": return nil
    case let other: self.init(rawValue: other)
    }
  }
}

extension CaptionResult {
  fileprivate var cues: [SubtitleCue] { (try? outcome.get().cues) ?? [] }
}

extension CaptionedMedia {
  /// The likeliest caption of each part of a clip; empty for a picture, which has no timestamps.
  var cues: [SubtitleCue] {
    segments.compactMap { segment in
      guard let span = segment.span, let caption = segment.captions.first else { return nil }
      return SubtitleCue(start: span.start, end: span.end, text: caption.text)
    }
  }
}

/// Converts results to output, one after the other.
package struct ResultFormatter: Sendable {
  private let format: ResultFormat
  private let head: ResultHead
  private let namesFiles: Bool
  private let isList: Bool
  private let endsWithNull: Bool
  /// The ids of files in COCO results, for those whose names do not say them.
  private let imageIDs: [String: JSONValue]
  private var count = 0

  /// - Parameters:
  ///   - format: The output format.
  ///   - head: The facts common to all results, for JSON.
  ///   - fileCount: The number of results.
  ///   - captionCount: The maximum number of captions per result.
  ///   - endsWithNull: True if lines end with NUL rather than a line feed, and paths are unchanged.
  ///   - imageIDs: The ids of files in COCO results, for those whose names do not say them.
  package init(
    _ format: ResultFormat, _ head: ResultHead, fileCount: Int, captionCount: Int,
    endsWithNull: Bool = false, imageIDs: [String: JSONValue] = [:]
  ) {
    (self.format, self.head, self.endsWithNull) = (format, head, endsWithNull)
    self.imageIDs = imageIDs
    namesFiles = format == .tsv || fileCount > 1 || captionCount > 1
    isList = fileCount > 1
  }

  /// Returns the output for `result`; empty if a failure has no line.
  package mutating func bytes(for result: CaptionResult) -> [UInt8] {
    let text = text(for: result)
    return endsWithNull ? nameBytes(text) : Array(text.utf8)
  }

  private mutating func text(for result: CaptionResult) -> String {
    if format == .coco { return cocoRow(for: result) }
    defer { count += 1 }
    switch format {
    case .text, .tsv: return lines(for: result)
    case .jsonl: return result.json(head).compactText + "\n"
    case .json where isList:
      let object = result.json(head).prettyText.split(separator: "\n").joined(separator: "\n  ")
      return (count == 0 ? "[\n  " : ",\n  ") + object
    case .json: return result.json(head).prettyText + "\n"
    case .coco: return ""
    case .srt: return SubtitleFormat.srt.text(result.cues)
    case .vtt: return SubtitleFormat.webVTT.text(result.cues)
    }
  }

  /// Returns the element of an array; empty if there is no caption.
  private mutating func cocoRow(for result: CaptionResult) -> String {
    guard let caption = (try? result.outcome.get())?.segments.first?.captions.first else {
      return ""
    }
    defer { count += 1 }
    let row: JSONValue = [
      "image_id": imageIDs[result.file] ?? cocoImageID(ofFile: result.file),
      "caption": .string(caption.text),
    ]
    return (count == 0 ? "[\n" : ",\n") + row.compactText
  }

  /// The output after the last result.
  package var ending: String {
    guard format == .coco || format == .json && isList else { return "" }
    return count == 0 ? "[]\n" : "\n]\n"
  }

  private func lines(for result: CaptionResult) -> String {
    guard case .success(let media) = result.outcome else { return "" }
    let end = endsWithNull ? "\0" : "\n"
    let name = namesFiles ? (endsWithNull ? result.file : escaped(result.file)) + "\t" : ""
    return media.segments.map { segment in
      let times = media.segments.count > 1 ? segment.span.map(columns) ?? "" : ""
      let tags = segment.description.tags.prefix(head.tagCount)
        .map { "\($0.text) (\($0.percent) %)" }.joined(separator: "; ")
      if segment.description.isWithheld, !tags.isEmpty { return name + times + "\t" + tags + end }
      return segment.captions.enumerated().map { place, caption in
        name + times + caption.text + (place == 0 && !tags.isEmpty ? "\t" + tags : "") + end
      }.joined()
    }.joined()
  }

  /// Returns start and end in seconds.
  private func columns(_ span: ClipSegment) -> String {
    [span.start, span.end].map { "\(($0 * 1000).rounded() / 1000)\t" }.joined()
  }

  /// Returns a path that cannot be mistaken for two columns or two lines; bytes that are not UTF-8
  /// become `\xE9`.
  private func escaped(_ path: String) -> String {
    var text = ""
    for scalar in path.unicodeScalars {
      switch scalar {
      case "\\": text += "\\\\"
      case "\t": text += "\\t"
      case "\n": text += "\\n"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return visibleName(text)
  }
}
