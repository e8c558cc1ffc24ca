/// A sentence and when it is shown, in seconds.
package struct SubtitleCue: Sendable, Equatable {
  package var start: Double
  package var end: Double
  package var text: String

  package init(start: Double, end: Double, text: String) {
    (self.start, self.end, self.text) = (start, end, text)
  }
}

/// Sentences with times, as video players read them.
package enum SubtitleFormat: Sendable {
  /// SubRip, by the habits of its players: there is no standard.
  case srt
  /// WebVTT (W3C, 2019).
  case webVTT

  /// The text of a file.
  ///
  /// Neighbours that say the same become one; cues without length are shown for a thousandth of a second,
  /// the shortest that the formats can say.
  package func text(_ cues: [SubtitleCue]) -> String {
    let blocks = merged(cues).enumerated().map { number, cue in
      let times = "\(time(cue.start)) --> \(time(max(cue.end, cue.start + 0.001)))\n"
      let name = self == .srt ? "\(number + 1)\n" : ""
      return name + times + escaped(cue.text) + "\n"
    }
    let head = self == .webVTT ? ["WEBVTT\n"] : []
    return (head + blocks).joined(separator: "\n")
  }

  private func merged(_ cues: [SubtitleCue]) -> [SubtitleCue] {
    var result: [SubtitleCue] = []
    for cue in cues {
      if let last = result.last, last.text == cue.text, cue.start - last.end < 0.001 {
        result[result.count - 1].end = max(last.end, cue.end)
      } else {
        result.append(cue)
      }
    }
    return result
  }

  /// Hours, minutes, seconds and thousandths: `01:02:03.456`, with a comma in SubRip.
  private func time(_ seconds: Double) -> String {
    let thousandths = Int((max(0, min(seconds, 359_999)) * 1000).rounded())
    func digits(_ number: Int, _ count: Int) -> String {
      let text = String(number)
      return String(repeating: "0", count: max(0, count - text.count)) + text
    }
    let (hours, minutes) = (thousandths / 3_600_000, thousandths / 60_000 % 60)
    return digits(hours, 2) + ":" + digits(minutes, 2) + ":" + digits(thousandths / 1000 % 60, 2)
      + (self == .srt ? "," : ".") + digits(thousandths % 1000, 3)
  }

  /// The text on one line, without anything that a player would take for markup or for a time.
  private func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch (scalar, self) {
      case ("\n", _), ("\r", _), ("\t", _): result += " "
      case ("\0"..."\u{1F}", _): break
      case ("&", .webVTT): result += "&amp;"
      case ("<", .webVTT): result += "&lt;"
      case (">", .webVTT): result += "&gt;"
      // SubRip knows no escapes: look-alikes stay text in every player.
      case ("<", .srt): result += "\u{2039}"
      case (">", .srt): result += "\u{203A}"
      case ("{", .srt): result += "("
      case ("}", .srt): result += ")"
      default: result.unicodeScalars.append(scalar)
      }
    }
    // An empty line would end the cue.
    return result.contains { !$0.isWhitespace } ? result : "\u{2026}"
  }
}
