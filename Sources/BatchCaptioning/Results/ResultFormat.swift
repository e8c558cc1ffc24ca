import Captioning
import Files
import Media
import Reports

/// The forms that results can be written in, under the names that users type.
package enum ResultFormat: String, Sendable, CaseIterable {
  /// One caption a line, behind its file's path, and its time in a clip, where that would not be clear.
  case text
  /// `path<TAB>caption`, always.
  case tsv
  /// One object, or an array of them, for people to read.
  case json
  /// One object a line.
  case jsonl
  /// Sentences with times, for players of clips: SubRip and WebVTT.
  case srt, vtt

  /// Whether pictures, which have no times, have nothing to write.
  package var isForClips: Bool { self == .srt || self == .vtt }

  /// What the names of such files end with.
  package var fileExtension: String { self == .text ? "txt" : rawValue }

  /// The form that a file name asks for by its extension.
  package init?(forFileName name: String) {
    guard let dot = name.lastIndex(of: "."), !name[dot...].contains("/") else { return nil }
    switch name[name.index(after: dot)...].lowercased() {
    case "txt": self = .text
    case let other: self.init(rawValue: other)
    }
  }
}

extension CaptionResult {
  fileprivate var cues: [SubtitleCue] { (try? outcome.get().cues) ?? [] }
}

extension CaptionedMedia {
  /// The likeliest sentence of each part of a clip; nothing of a picture, which has no times.
  var cues: [SubtitleCue] {
    segments.compactMap { segment in
      guard let span = segment.span, let caption = segment.captions.first else { return nil }
      return SubtitleCue(start: span.start, end: span.end, text: caption.text)
    }
  }
}

/// Turns results into what is written, one after the other.
package struct ResultFormatter: Sendable {
  private let format: ResultFormat
  private let head: ResultHead
  private let namesFiles: Bool
  private let isList: Bool
  private let endsWithNull: Bool
  private var count = 0

  /// - Parameters:
  ///   - format: The form to write.
  ///   - head: What JSON says of every result.
  ///   - fileCount: How many results there will be.
  ///   - captionCount: How many captions each may have.
  ///   - endsWithNull: Whether lines end with NUL rather than a line feed, and paths stay as they are.
  package init(
    _ format: ResultFormat, _ head: ResultHead, fileCount: Int, captionCount: Int,
    endsWithNull: Bool = false
  ) {
    (self.format, self.head, self.endsWithNull) = (format, head, endsWithNull)
    namesFiles = format == .tsv || fileCount > 1 || captionCount > 1
    isList = fileCount > 1
  }

  /// What to write for `result`; nothing where a failure leaves no line.
  package mutating func bytes(for result: CaptionResult) -> [UInt8] {
    let text = text(for: result)
    return endsWithNull ? nameBytes(text) : Array(text.utf8)
  }

  private mutating func text(for result: CaptionResult) -> String {
    defer { count += 1 }
    switch format {
    case .text, .tsv: return lines(for: result)
    case .jsonl: return result.json(head).compactText + "\n"
    case .json where isList:
      let object = result.json(head).prettyText.split(separator: "\n").joined(separator: "\n  ")
      return (count == 0 ? "[\n  " : ",\n  ") + object
    case .json: return result.json(head).prettyText + "\n"
    case .srt: return SubtitleFormat.srt.text(result.cues)
    case .vtt: return SubtitleFormat.webVTT.text(result.cues)
    }
  }

  /// What to write after the last result.
  package var ending: String {
    guard format == .json, isList else { return "" }
    return count == 0 ? "[]\n" : "\n]\n"
  }

  private func lines(for result: CaptionResult) -> String {
    guard case .success(let media) = result.outcome else { return "" }
    let end = endsWithNull ? "\0" : "\n"
    let name = namesFiles ? (endsWithNull ? result.file : escaped(result.file)) + "\t" : ""
    return media.segments.map { segment in
      let times = media.segments.count > 1 ? segment.span.map(columns) ?? "" : ""
      return segment.captions.map { name + times + $0.text + end }.joined()
    }.joined()
  }

  /// Start and end in seconds.
  private func columns(_ span: ClipSegment) -> String {
    [span.start, span.end].map { "\(($0 * 1000).rounded() / 1000)\t" }.joined()
  }

  /// A path that cannot be mistaken for two columns or two lines, and what of it is no UTF-8 as `\xE9`.
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
