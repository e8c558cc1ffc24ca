import Foundation
import TestSupport
import Testing

@testable import Media

@Suite("Files that end too early")
struct EarlyEndTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A kind of file that the ffmpeg program creates.
  struct Kind: Sendable, CustomTestStringConvertible {
    let name: String
    let options: String
    /// True if it is written to a pipe, where the muxer cannot seek back to fill in sizes.
    var isPiped = false
    /// The number of bytes at the end of the file, or of a packet, whose loss cannot be detected.
    var endsUnnoticed = 0
    var packetSize = Int.max
    /// True for a raw AV1 stream, where a cut between two units cannot be detected.
    var isOfUnits = false
    var testDescription: String { isPiped ? "\(name), piped" : name }
  }

  static let kinds = [
    Kind(name: "plain.mp4", options: "-c:v mpeg4"),
    Kind(name: "start.mp4", options: "-c:v mpeg4 -movflags +faststart"),
    Kind(name: "sound.mp4", options: "-f lavfi -i sine=duration=2 -c:v mpeg4 -c:a aac"),
    Kind(name: "fragments.mp4", options: "-c:v mpeg4 -movflags +frag_keyframe+empty_moov"),
    Kind(name: "clip.mov", options: "-c:v mpeg4"), Kind(name: "clip.3gp", options: "-c:v mpeg4"),
    Kind(name: "clip.mkv", options: "-c:v mpeg4"), Kind(name: "clip.webm", options: "-c:v libvpx"),
    Kind(name: "clip.mkv", options: "-c:v mpeg4 -f matroska", isPiped: true),
    Kind(name: "live.mkv", options: "-c:v mpeg4 -live 1"),
    Kind(name: "clip.avi", options: "-c:v mpeg4"), Kind(name: "jpeg.avi", options: "-c:v mjpeg"),
    Kind(name: "clip.flv", options: "-c:v flv"), Kind(name: "clip.ogv", options: "-c:v libtheora"),
    Kind(name: "clip.flv", options: "-c:v flv -f flv", isPiped: true, endsUnnoticed: 4),
    Kind(name: "clip.ts", options: "-c:v mpeg2video", packetSize: 188),
    Kind(name: "clip.m2ts", options: "-c:v mpeg2video -mpegts_m2ts_mode 1", packetSize: 192),
    Kind(name: "clip.mpg", options: "-c:v mpeg2video", packetSize: 2048),
    Kind(name: "clip.wmv", options: "-c:v wmv2"),
    Kind(name: "clip.gif", options: ""), Kind(name: "clip.y4m", options: "-pix_fmt yuv420p"),
    Kind(name: "deep.y4m", options: "-pix_fmt yuv422p10le -strict -1"),
    Kind(name: "clip.ivf", options: "-c:v libvpx"), Kind(name: "clip.rm", options: "-c:v rv10"),
    Kind(
      name: "clip.obu", options: "-c:v libsvtav1 -preset 12 -vf scale=64:64",
      isOfUnits: true),
    Kind(name: "clip.mxf", options: "-c:v mpeg2video -r 25"),
    Kind(name: "clip.dv", options: "-target pal-dv", packetSize: 144_000),
    Kind(name: "clip.nut", options: "-c:v mpeg4"),
    Kind(name: "one.bmp", options: "-frames:v 1"),
  ]

  func bytes(of kind: Kind) throws -> [UInt8] {
    let source = "-v error -f lavfi -i testsrc=size=64x48:rate=12.5:duration=2"
    let path = "\(folder.path)/\(kind.name)"
    let target = kind.isPiped ? "-" : path
    let run = try FFmpegProgram.run(
      (source + " " + kind.options).split(separator: " ").map(String.init) + [target])
    try #require(run.status == 0, "\(run.errors)")
    return Array(kind.isPiped ? run.output : try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  /// Reads a whole clip or image; returns its warnings, or the error.
  func reading(_ bytes: [UInt8], strictly: Bool) throws -> Result<[MediaWarning], MediaError> {
    do {
      var clip = try VideoFile(.bytes(bytes, name: "it"), strictly ? .strict : VideoOptions())
      try clip.showFrames(at: [0, 0.5, 1, 1.9]) { _, _ in }
      return .success(clip.warnings)
    } catch let error as MediaError {
      return .failure(error)
    }
  }

  @Test(
    "are noticed wherever they were cut, and refused by strict readers; whole ones are neither",
    .enabled(if: FFmpegProgram.isInstalled()), arguments: kinds)
  func everyKind(kind: Kind) throws {
    let whole = try bytes(of: kind)
    #expect(try reading(whole, strictly: true) == .success([]))
    let counts = (1..<12).map { whole.count * $0 / 12 } + (1...5).map { whole.count - $0 }
    for count in counts where !count.isMultiple(of: kind.packetSize) {
      if kind.isOfUnits, Self.unitStarts(whole).contains(count) { continue }
      let cut = Array(whole.prefix(count))
      let isNoticed = whole.count - count > kind.endsUnnoticed
      let lenient = try reading(cut, strictly: false)
      if case .success(let warnings) = lenient {
        #expect(!warnings.isEmpty == isNoticed, "\(count) of \(whole.count) bytes")
      }
      if isNoticed {
        #expect(throws: MediaError.self, "\(count) of \(whole.count) bytes, strictly") {
          try reading(cut, strictly: true).get()
        }
      }
    }
  }

  /// Returns the offsets of the units of an AV1 stream, except for those after a temporal delimiter.
  private static func unitStarts(_ bytes: [UInt8]) -> Set<Int> {
    var (starts, place): (Set<Int>, Int) = ([], 0)
    while place < bytes.count {
      if place < 2 || bytes[place - 2] != 0x12 || bytes[place - 1] != 0 { starts.insert(place) }
      var end = place + (bytes[place] & 4 == 0 ? 1 : 2)
      var (size, shift) = (0, 0)
      while end < bytes.count {
        (size, shift, end) = (size | Int(bytes[end] & 0x7F) << shift, shift + 7, end + 1)
        if bytes[end - 1] < 0x80 { break }
      }
      place = end + size
    }
    return starts
  }

  @Test("say so in words, with what to do")
  func words() throws {
    func fact(_ end: EarlyEnd) -> String { end.problem(.mp4).fact }
    #expect(fact(.missing(1)) == "not a complete MP4 (ends 1 byte early)")
    #expect(fact(.missing(12_345)) == "not a complete MP4 (ends 12,345 bytes early)")
    #expect(fact(.insidePart) == "not a complete MP4 (ends inside its last part)")
    #expect(fact(.beforeEndMark) == "not a complete MP4 (ends without its end mark)")
    #expect(fact(.beforeListedFrames) == "not a complete MP4 (ends before pictures that it lists)")
    let cut =
      bigEndian(16, 4) + Array("ftypisom".utf8) + zeros(4) + bigEndian(900, 4)
      + Array("mdat".utf8)
    for strictly in [false, true] {
      let error = #expect(throws: MediaError.self) {
        try self.reading(cut, strictly: strictly).get()
      }
      #expect(error?.code == .truncated)
      #expect(
        error?.description.hasPrefix(
          "it: not a complete MP4 (ends 892 bytes early). Get a fresh copy") == true)
    }
  }

  @Test("say so, too, where there is no frame")
  func noFrame() throws {
    let bitmap = Array(PicturePartsTests().bitmap(width: 8, height: 8, 9))
    let error = failure(bitmap)
    #expect(error?.code == .truncated)
    #expect(
      error?.problem
        == "not a complete BMP (ends 183 bytes early), and has no frame that can be decoded. Get a fresh copy."
    )
  }

  @Test("A GIF without its last byte is a picture with a warning, and refused by strict readers")
  func picture() throws {
    let gif = PicturePartsTests().gif
    #expect(
      try decodeStillImage(.bytes(gif, name: "it"), .strict).warnings == [.firstPictureOnly])
    let cut = Array(gif.dropLast())
    let warning = try #require(try decodeStillImage(.bytes(cut, name: "it")).warnings.first)
    #expect(warning.code == .truncated)
    #expect(warning.message == "not a complete GIF (ends without its end mark)")
    #expect(
      failure(cut, .strict)?.problem
        == "\(warning.message). Get a fresh copy, or run without --strict to caption what is there."
    )
  }

  @Test(
    "A box without an end may hold fewer frames than the table lists",
    .enabled(if: FFmpegProgram.isInstalled()))
  func listedFrames() throws {
    var bytes = try bytes(of: Self.kinds[1])
    let name = Array("mdat".utf8)
    let place = try #require(bytes.indices.first { bytes[$0...].starts(with: name) })
    bytes.replaceSubrange(place - 4..<place, with: zeros(4))
    #expect(try reading(bytes, strictly: true) == .success([]))
    let cut = Array(bytes.dropLast())
    #expect(try earlyEnd(cut) == nil)
    guard case .failure(let error) = try reading(cut, strictly: true) else {
      Issue.record("nothing was noticed")
      return
    }
    #expect(error.problem.hasPrefix("not a complete MP4 (ends before pictures that it lists)"))
  }

  @Test("Good clips of others are whole", .enabled(if: TestData.has("video")))
  func published() throws {
    // Its track has an impossible time base, and ffmpeg reads none of its frames.
    let bad = "tricky/video/test_case_1185230.mp4"
    for name in VideoFileTests.published where name != bad {
      let path = try #require(TestData.path(name))
      var clip = try VideoFile(.file(path), .strict)
      try clip.showFrames(at: [0]) { _, _ in }
      #expect(clip.warnings == [], "\(name)")
    }
  }
}
