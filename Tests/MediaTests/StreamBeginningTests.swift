import Foundation
import TestSupport
import Testing

@testable import Media

@Suite("Streams without a head")
struct StreamBeginningTests {
  /// The options that create a stream, and its format.
  struct Stream: Sendable, CustomTestStringConvertible {
    let format: MediaFormat
    let container: String
    let options: String
    var testDescription: String { format.rawValue }
  }

  static let streams = [
    Stream(format: .mpegTransport, container: "mpegts", options: "-c:v mpeg2video -g 5"),
    Stream(
      format: .mpegTransport, container: "mpegts", options: "-c:v libx264 -g 5 -mpegts_m2ts_mode 1"),
    Stream(format: .mpegProgram, container: "vob", options: "-c:v mpeg2video -g 5"),
    Stream(format: .mpegProgram, container: "mpeg", options: "-c:v mpeg1video -g 5"),
    Stream(format: .mpegVideo, container: "mpeg2video", options: "-c:v mpeg2video -g 5"),
    Stream(format: .mpegVideo, container: "mpeg1video", options: "-c:v mpeg1video -g 5"),
    Stream(format: .mpeg4Video, container: "m4v", options: "-c:v mpeg4"),
    Stream(format: .h264, container: "h264", options: "-c:v libx264 -g 5"),
    Stream(
      format: .h265, container: "hevc",
      options: "-c:v libx265 -preset ultrafast -x265-params keyint=5:log-level=0"),
    Stream(format: .av1, container: "obu", options: "-c:v libsvtav1 -preset 12"),
    Stream(format: .mxf, container: "mxf", options: "-c:v mpeg2video"),
    Stream(format: .ivf, container: "ivf", options: "-c:v libvpx -deadline realtime"),
    Stream(format: .yuv4mpeg, container: "yuv4mpegpipe", options: "-pix_fmt yuv420p"),
    Stream(
      format: .dv, container: "dv",
      options: "-c:v dvvideo -pix_fmt yuv420p -s 720x576 -r 25"),
    Stream(format: .realMedia, container: "rm", options: "-c:v rv20"),
    Stream(format: .nut, container: "nut", options: "-c:v mpeg4"),
    Stream(format: .windowsRecording, container: "wtv", options: "-c:v mpeg2video"),
  ]

  /// Returns a stream of twenty frames, each brighter than the one before.
  func bytes(_ stream: Stream) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    let path = folder.path + "/stream"
    let run = try FFmpegProgram.run(
      [
        "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=160x128:rate=25:duration=0.8",
        "-threads",
        "1", "-bf", "0",
      ] + stream.options.split(separator: " ").map(String.init) + ["-f", stream.container, path])
    try #require(run.status == 0, "\(run.errors)")
    return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  func frameTimes(_ bytes: [UInt8]) throws -> [Double] {
    var clip = try VideoFile(.bytes(bytes, name: "it"))
    var times: [Double] = []
    try clip.showFrames(at: (0..<42).map { (Double($0) + 0.5) / 50 }) { times.append($1.time) }
    return times
  }

  @Test(
    "are told by their content, and all of their frames are read",
    .enabled(if: FFmpegProgram.isInstalled()), arguments: streams)
  func formats(stream: Stream) throws {
    let bytes = try bytes(stream)
    #expect(MediaFormat(recognizing: bytes) == stream.format)
    let times = try frameTimes(bytes)
    #expect(times.count == 20, "\(times)")
    // As in the ffmpeg program, a raw MPEG stream begins one frame late, or its first frame lasts twice as
    // long.
    #expect(abs((times.last ?? 0) - 0.78) < 0.03, "\(times)")
  }

  @Test(
    "may begin inside a packet, or behind something else",
    .enabled(if: FFmpegProgram.isInstalled()),
    arguments: streams.filter {
      [.mpegTransport, .mpegProgram, .mpegVideo, .mpeg4Video, .h264, .h265, .dv].contains($0.format)
    })
  func cut(stream: Stream) throws {
    let whole = try bytes(stream)
    let tag = Array("ID3".utf8) + [4, 0, 0, 0, 0, 2, 0] + [UInt8](repeating: 7, count: 256)
    let zeros = [UInt8](repeating: 0, count: 1000)
    for bytes in [Array(whole[101...]), tag + whole, zeros + whole] {
      #expect(MediaFormat(recognizing: bytes) == stream.format)
      // Frames before the next key frame may be lost.
      #expect(try frameTimes(bytes).count >= 10)
    }
  }

  @Test(
    "of packets with a checksum behind are read", .enabled(if: FFmpegProgram.isInstalled()))
  func checksums() throws {
    let plain = try bytes(Self.streams[0])
    let long = stride(from: 0, to: plain.count, by: 188).flatMap {
      plain[$0..<$0 + 188] + [UInt8](repeating: 0x55, count: 16)
    }
    #expect(MediaFormat(recognizing: long) == .mpegTransport)
    #expect(try frameTimes(long) == frameTimes(plain))
    #expect(try frameTimes(Array(long[77...])).count >= 10)
    let whole = try VideoFile(.bytes(long, name: "it"), .strict)
    #expect(whole.warnings.isEmpty)
    let cut = try VideoFile(.bytes(long.dropLast(50), name: "it"))
    #expect(cut.warnings.first?.code == .truncated)
  }

  @Test(
    "of a video CD are read from its sectors", .enabled(if: FFmpegProgram.isInstalled()))
  func sectors() throws {
    let plain = try bytes(
      Stream(format: .mpegProgram, container: "vcd", options: "-c:v mpeg1video -b:v 1150k"))
    var disc = Array("RIFF....CDXAfmt ".utf8) + [16, 0, 0, 0] + [UInt8](repeating: 0, count: 24)
    for start in stride(from: 0, to: plain.count, by: 2324) {
      let content = plain[start..<min(start + 2324, plain.count)]
      disc += [UInt8](repeating: 0, count: 24) + content
      disc += [UInt8](repeating: 0, count: 2328 - content.count)
    }
    #expect(MediaFormat(recognizing: disc) == .mpegProgram)
    // The program also loses two frames at the ends of sectors.
    #expect(try frameTimes(disc).count >= 18)
  }

  @Test("are none in texts, sound and noise")
  func none() {
    let letters = Array("GATTACA\n".utf8)
    var noise = SystemlessNoise()
    let others: [[UInt8]] = [
      (0..<100_000).map { _ in letters[Int(noise.next() % 8)] },
      (0..<200_000).map { _ in UInt8(truncatingIfNeeded: noise.next()) },
      [UInt8](repeating: 0x47, count: 50_000), [UInt8](repeating: 0, count: 50_000),
      Array("ID3".utf8) + [4, 0, 0, 0, 0, 0, 0] + [0xFF, 0xFB, 0x90, 0x64]
        + [UInt8](repeating: 9, count: 5000),
    ]
    for (place, bytes) in others.enumerated() {
      #expect(MediaFormat(recognizing: bytes) == nil, "the one at \(place)")
    }
  }

  /// A small generator with a fixed sequence (Steele et al., 2014).
  private struct SystemlessNoise {
    private var state: UInt64 = 1
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
      return z ^ z >> 31
    }
  }
}
