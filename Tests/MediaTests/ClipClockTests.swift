import Foundation
import TestSupport
import Testing

@testable import Media

/// Recordings with timestamp discontinuities, compared with the ffmpeg program, which corrects them.
@Suite("Clocks that jump")
struct ClipClockTests {
  /// Creates a part of a recording, three seconds long, in alternating colours, with timestamps from `start`.
  private func part(
    _ number: Int, at start: Double, in container: String, _ options: String, _ folder: String
  ) throws -> [UInt8] {
    let path = "\(folder)/part-\(number)"
    let run = try FFmpegProgram.run(
      [
        "-v", "error", "-y", "-f", "lavfi", "-i",
        "testsrc2=size=96x64:rate=25:duration=3" + (number % 2 == 1 ? ",negate" : ""), "-f",
        "lavfi", "-i",
        "sine=frequency=440:duration=3", "-threads", "1",
      ] + options.split(separator: " ").map(String.init) + [
        "-c:a", "mp2", "-output_ts_offset", "\(start)", "-f", container, path,
      ])
    try #require(run.status == 0, "\(run.errors)")
    return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  struct Recording: Sendable, CustomTestStringConvertible {
    let name: String
    var container = "mpegts"
    var options = "-c:v libx264 -g 25 -bf 2"
    /// The first timestamps of the parts, in seconds.
    let starts: [Double]
    var testDescription: String { name }
  }

  static let recordings = [
    Recording(name: "joined, each from zero", starts: [0, 0, 0]),
    Recording(name: "stopped and resumed", starts: [0, 3600]),
    Recording(name: "set back", starts: [40_000, 100]),
    Recording(name: "with a small gap", starts: [0, 9]),
    Recording(name: "overlapping", starts: [10, 12]),
    // Timestamps have 33 bits at 90 kHz.
    Recording(name: "around the end of the clock's range", starts: [95_440.2, 95_443.2]),
    Recording(name: "back and forth", starts: [0, 80_000, 5, 60_000, 0]),
    Recording(
      name: "on discs", container: "vob", options: "-c:v mpeg2video -bf 2 -g 12",
      starts: [0, 0, 500]),
    Recording(
      name: "on old discs", container: "mpeg", options: "-c:v mpeg1video -g 12", starts: [700, 0]),
    Recording(name: "without B-frames", options: "-c:v mpeg2video -g 12", starts: [0, 0, 7000]),
  ]

  @Test(
    "go on as in the ffmpeg program", .enabled(if: FFmpegProgram.isInstalled()),
    arguments: recordings)
  func parity(recording: Recording) throws {
    let folder = try TemporaryFolder()
    let parts = try recording.starts.enumerated().map { number, start in
      try part(number, at: start, in: recording.container, recording.options, folder.path)
    }
    let path = folder.path + "/whole"
    try folder.write(Array(parts.joined()), to: "whole")
    let theirs = try FFmpegProgram.times(of: path).sorted()
    let length = try #require(theirs.last) + 0.04

    var clip = try VideoFile(.file(path))
    try clip.measureDuration()
    #expect(abs(clip.info.duration - length) < 0.25, "\(clip.info.duration), not \(length)")
    // All frames, identified by their times.
    let shown = try times(&clip, theirs)
    #expect(shown.count >= theirs.count - 3, "\(shown.count) of \(theirs.count)")
    for time in shown { #expect(theirs.contains { abs($0 - time) < 0.002 }, "\(time)") }
    #expect(abs(try #require(shown.last) - length) < 0.1)
  }

  private func times(_ clip: inout VideoFile, _ times: [Double]) throws -> [Double] {
    var shown: [Double] = []
    try clip.showFrames(at: times.map { $0 + 1e-3 }) { shown.append($1.time) }
    return shown
  }

  @Test(
    "hide nothing from a part that is asked for", .enabled(if: FFmpegProgram.isInstalled()))
  func reach() throws {
    let folder = try TemporaryFolder()
    let parts = try [0.0, 0, 0].enumerated().map { number, start in
      try part(number, at: start, in: "mpegts", "-c:v libx264 -g 25", folder.path)
    }
    let source = MediaSource.bytes(Array(parts.joined()), name: "it")
    var sampling = ClipSampling()
    (sampling.start, sampling.end) = (7, 8.5)
    var clip = try VideoFile(source)
    let isMeasured = clip.needsMeasuring(sampling)
    #expect(isMeasured)
    try clip.measureDuration()
    let segments = try clip.segments(sampling)
    #expect(segments == [ClipSegment(start: 7, end: 8.5)])
    var images: [Image] = []
    try clip.showFrames(at: [7.5]) { images.append($1.image) }
    // The same frame as in the last part alone.
    var last = try VideoFile(.bytes(parts[2], name: "last"))
    try last.showFrames(at: [1.5]) { images.append($1.image) }
    #expect(images.count == 2 && images[0] == images[1])
    // Scenes after the discontinuities.
    (sampling.start, sampling.end, sampling.cutting) = (4, nil, .scenes)
    var scenes = try VideoFile(source)
    try scenes.measureDuration()
    let starts = try scenes.segments(sampling).map(\.start)
    #expect(starts.count == 2 && abs(starts[1] - 6) < 0.1, "\(starts)")
    // A limit applies to the actual duration, not to the timestamps.
    let far = try part(3, at: 7200, in: "mpegts", "-c:v libx264 -g 25", folder.path)
    var options = VideoOptions()
    options.maximumDuration = 10
    let long = try VideoFile(.bytes(parts[0] + far, name: "long"), options)
    #expect(abs(long.info.duration - 6) < 0.3, "\(long.info.duration)")
  }

  @Test(
    "for ever end in bounded time", .enabled(if: FFmpegProgram.isInstalled()),
    .timeLimit(.minutes(1)))
  func restless() throws {
    let folder = try TemporaryFolder()
    var bytes = try part(0, at: 0, in: "mpegts", "-c:v mpeg2video -g 1", folder.path)
    // Replaces the timestamps of all video packets by ones that are hours apart.
    var hours: UInt64 = 0
    for start in stride(from: 0, to: bytes.count - 188, by: 188) {
      let packet = Array(bytes[start..<start + 188])
      guard let place = packet.firstRange(of: [0, 0, 1, 0xE0]), packet[1] & 0x40 != 0,
        place.lowerBound + 14 <= 188, packet[place.lowerBound + 7] & 0x80 != 0
      else { continue }
      hours += 7
      let ticks = hours % 26 * 3600 * 90_000
      let coded: [UInt64] = [
        0x21 | ticks >> 29 & 0x0E, ticks >> 22 & 0xFF, ticks >> 14 & 0xFE | 1, ticks >> 7 & 0xFF,
        ticks << 1 & 0xFE | 1,
      ]
      // The presentation and the decoding timestamp.
      for offset in packet[place.lowerBound + 7] & 0x40 == 0 ? [9] : [9, 14] {
        for (index, byte) in coded.enumerated() {
          bytes[start + place.lowerBound + offset + index] = UInt8(byte)
        }
      }
    }
    #expect(hours > 400)
    // The program sees seven hours; there are three seconds.
    var clip = try VideoFile(.bytes(bytes, name: "restless"))
    try clip.measureDuration()
    #expect(abs(clip.info.duration - 3) < 0.2, "\(clip.info.duration)")
    #expect(try times(&clip, (0..<75).map { Double($0) / 25 }).count >= 70)
  }
}
