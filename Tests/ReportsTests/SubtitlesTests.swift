import Foundation
import TestSupport
import Testing

@testable import Reports

@Suite("Subtitles")
struct SubtitlesTests {
  let cues = [
    SubtitleCue(start: 0, end: 4, text: "a dog runs"),
    SubtitleCue(start: 4, end: 8, text: "a dog runs"),
    SubtitleCue(start: 8, end: 3723.4567, text: "a cat"),
  ]

  @Test("in SubRip are numbered, with commas, neighbours that say the same in one")
  func srt() {
    #expect(
      SubtitleFormat.srt.text(cues) == """
        1
        00:00:00,000 --> 00:00:08,000
        a dog runs

        2
        00:00:08,000 --> 01:02:03,457
        a cat

        """)
    #expect(SubtitleFormat.srt.text([]) == "")
  }

  @Test("in WebVTT have a head, and points")
  func webVTT() {
    #expect(
      SubtitleFormat.webVTT.text(cues) == """
        WEBVTT

        00:00:00.000 --> 00:00:08.000
        a dog runs

        00:00:08.000 --> 01:02:03.457
        a cat

        """)
    #expect(SubtitleFormat.webVTT.text([]) == "WEBVTT\n")
  }

  @Test("that say the same with a pause between stay apart")
  func pause() {
    let apart = [
      SubtitleCue(start: 0, end: 1, text: "a"), SubtitleCue(start: 1.5, end: 1.5, text: "a"),
    ]
    #expect(SubtitleFormat.srt.text(apart).contains("2\n00:00:01,500 --> 00:00:01,501\na\n"))
  }

  static let hostile = [
    "a --> b", "00:00:01.000 --> 00:00:02.000", "<script>alert(1)</script>", "<i>x", "{\\an8}up",
    "two\n\nlines\r\nmore", "", " \n ", "AT&T &amp; <b>", "\u{202E}right to left 🙂", "NOTE this",
    "WEBVTT", "1", "tab\there\u{0}\u{1B}[31m",
  ]

  @Test(
    "with hostile sentences read back as one cue each, by ffmpeg",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/ffprobe")))
  func readBack() throws {
    let folder = try TemporaryFolder()
    let cues = Self.hostile.enumerated().map {
      SubtitleCue(start: Double($0) * 2, end: Double($0) * 2 + 1, text: $1)
    }
    for (format, name) in [(SubtitleFormat.srt, "x.srt"), (.webVTT, "x.vtt")] {
      try folder.write(format.text(cues), to: name)
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/ffprobe")
      process.arguments = [
        "-v", "error", "-show_entries", "packet=pts_time,duration_time,size", "-of", "csv=p=0",
        "\(folder.path)/\(name)",
      ]
      let (output, errors) = (Pipe(), Pipe())
      (process.standardOutput, process.standardError) = (output, errors)
      try process.run()
      let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      #expect(process.terminationStatus == 0 && said.isEmpty, "\(name): \(said)")
      // A line for each cue: when, how long, and how many bytes.
      let rows = text.split(separator: "\n")
      #expect(rows.count == cues.count, "\(name): \(text)")
      for (number, row) in rows.enumerated() {
        let numbers = row.split(separator: ",").compactMap { Double($0) }
        #expect(numbers.prefix(2) == [Double(2 * number), 1] && numbers[2] > 0, "\(row)")
      }
    }
  }

  @Test("hold nothing that a player would take for markup or a time")
  func escapes() {
    for text in Self.hostile {
      let cue = SubtitleCue(start: 0, end: 1, text: text)
      let srt = SubtitleFormat.srt.text([cue]).split(separator: "\n")
      let webVTT = SubtitleFormat.webVTT.text([cue]).split(separator: "\n")
      // Number or head, times, and one line.
      #expect(srt.count == 3 && webVTT.count == 3, "\(text)")
      for line in [srt[2], webVTT[2]] {
        #expect(!line.contains("-->") && !line.contains("<") && !line.contains("\u{1B}"), "\(line)")
      }
      #expect(!srt[2].contains("{"))
    }
  }
}
