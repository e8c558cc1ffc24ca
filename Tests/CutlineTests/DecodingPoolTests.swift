import Files
import Foundation
import ImageEncoders
import Media
import TestSupport
import Testing
import Workers

@testable import BatchCaptioning
@testable import Captioning

/// Pictures read in processes of the built program.
@Suite("Decoding pool", .serialized)
struct DecodingPoolTests {
  let folder: TemporaryFolder
  let preprocessing = ImagePreprocessing.torchvision()

  init() throws { folder = try TemporaryFolder() }

  func pool(
    workerCount: Int = 2, _ options: StillImageOptions = StillImageOptions(),
    timeLimit: Duration = .seconds(60)
  ) throws -> DecodingPool {
    var settings = DecodingPool.Settings(workerCount: workerCount)
    settings.program = Program.path
    settings.timeLimit = timeLimit
    return try DecodingPool(for: preprocessing, options, settings)
  }

  /// Returns the result of decoding in this process.
  func expected(
    _ sources: [MediaSource], _ options: StillImageOptions = StillImageOptions()
  ) -> [Outcome] {
    PictureReader(for: preprocessing, options, threadCount: 1).read(sources).map(Outcome.init)
  }

  /// All of a result but the time.
  enum Outcome: Equatable {
    case picture(Image, PixelSize, [MediaWarning])
    case failure(MediaError)

    init(_ result: Result<InputPicture, MediaError>) {
      switch result {
      case .success(let picture): self = .picture(picture.image, picture.size, picture.warnings)
      case .failure(let error): self = .failure(error)
      }
    }

    var error: MediaError? { if case .failure(let error) = self { error } else { nil } }
  }

  @Test("Every picture and every bad file comes out as it would here", arguments: [false, true])
  func sameAsHere(strict: Bool) throws {
    let whole = try Pictures.bytes(of: Pictures.jpeg)
    let sources: [MediaSource] = [
      .file(Pictures.jpeg), .file(Pictures.png), .file("missing.jpg"), .file(Pictures.webp),
      .file(Pictures.turned), .file(folder.path), .fileInside(folder: folder.path, name: "../x"),
      .file(try folder.write([], to: "empty.jpg")), .bytes(whole, name: "bytes"),
      .file(try folder.write("plain text", to: "text.png")), .bytes([], name: "no bytes"),
      .file(try folder.write(try Pictures.truncated(), to: "cut\n\u{1B}.jpg")),
      .file(
        try folder.write(try Pictures.claiming(width: 65_000, height: 65_000), to: "huge.jpg")),
      .file("\(Pictures.folder)/README.md"), .file(Pictures.jpeg),
    ]
    var options = StillImageOptions()
    options.isStrict = strict
    var pool = try pool(options)
    let results = try pool.read(sources).map(Outcome.init)
    #expect(results == expected(sources, options))
    #expect(results.compactMap(\.error).count >= 8)
  }

  @Test("Formats of libraries that are opened when needed come out as they would here")
  func otherFormats() throws {
    let stills = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures/stills")
    // The decoders of HEIC and AVIF start threads.
    let sources = [
      "plain.heic", "alpha.heic", "grid.avif", "deep.avif", "alpha-irot.avif", "lossy.jxl",
      "orientation-6.jxl", "tiled.tif", "old-jpeg.tif", "zstd.tif", "lzma.tif", "rgba.jp2",
      "depth4.pam", "png.ico", "mask8.cur", "rgba.qoi",
    ].map { MediaSource.file(stills.appending(path: $0).path) }
    var pool = try pool()
    let results = try pool.read(sources).map(Outcome.init)
    #expect(results == expected(sources))
    #expect(results.compactMap(\.error) == [])
  }

  @Test("Whose text is in an unusual alphabet is read without it, not stopped for looking it up")
  func alphabet() throws {
    // Packets of MPEG-TS: a table that names a channel, and three that are empty.
    let table: [UInt8] = [
      0x47, 0x40, 0x11, 0x10, 0, 0x42, 0xF0, 0x18, 0, 1, 0xC1, 0, 0, 0, 1, 0xFF, 0, 1, 0xFC, 0x80,
      7,
      0x48, 5, 1, 0, 2, 0x68, 0x69, 0x5D, 0xB6, 0x91, 0x07,
    ]
    let empty: [UInt8] = [0x47, 0x1F, 0xFF, 0x10]
    let packets = [table, empty, empty, empty].flatMap { packet in
      packet + [UInt8](repeating: 0xFF, count: 188 - packet.count)
    }
    let file = try folder.write((0..<20).flatMap { _ in packets }, to: "named.ts")
    var pool = try pool()
    let results = try pool.read([.file(file), .file(Pictures.png)]).map(Outcome.init)
    #expect(results[0].error?.code == .corrupt, "\(String(describing: results[0].error))")
    #expect(results[1] == expected([.file(Pictures.png)])[0])
  }

  @Test("Limits hold there, too")
  func limits() throws {
    var options = StillImageOptions()
    options.maximumPixels = 1000
    options.maximumFileBytes = 30_000
    var pool = try pool(options)
    let sources: [MediaSource] = [.file(Pictures.jpeg), .file(Pictures.png), .file(Pictures.webp)]
    let results = try pool.read(sources).map(Outcome.init)
    #expect(results == expected(sources, options))
    #expect(results.allSatisfy { $0.error?.code == .tooLarge })
  }

  @Test(
    "Broken and odd files of other projects come out as they would here",
    .enabled(if: TestData.has("tricky")))
  func tricky() throws {
    let root = try #require(TestData.path("tricky"))
    let names = try FileManager.default.subpathsOfDirectory(atPath: root).sorted()
    let sources = names.map { MediaSource.file("\(root)/\($0)") }.filter { !$0.isClip }
    #expect(sources.count > 250)
    var pool = try pool()
    var index = 0
    try pool.forEachInput(sources) { name, result in
      let source = sources[index]
      index += 1
      #expect(name == source.name)
      #expect(Outcome(result) == expected([source])[0], "\(name)")
    }
    #expect(index == sources.count)
  }

  /// Returns the result of decoding, piece by piece, without the time it took.
  func pieces(
    _ decoder: inout some MediaDecoder & ~Copyable, _ sources: [MediaSource]
  ) throws -> [[String]] {
    var pieces = [[String]](repeating: [], count: sources.count)
    var (submittedCount, finishedCount) = (0, 0)
    while finishedCount < sources.count {
      while decoder.hasRoom, submittedCount < sources.count {
        try decoder.submit(sources[submittedCount], as: submittedCount)
        submittedCount += 1
      }
      try decoder.advance { number, piece in
        switch piece {
        case .segment(let images, let span):
          pieces[number].append("\(images.map(\.pixels.hashValue)) \(String(describing: span))")
        case .end(let facts):
          let clip = String(describing: facts.clip)
          pieces[number].append("\(facts.size) \(clip) \(facts.warnings)")
          finishedCount += 1
        case .failure(let error):
          pieces[number].append("\(error)")
          finishedCount += 1
        }
      }
    }
    return pieces
  }

  @Test(
    "Clips, broken and odd ones too, come out as they would here, frame by frame",
    .enabled(if: TestData.has("tricky")),
    arguments: [
      (ClipSampling.Cutting.whole, 2, ""), (.every(6), 20, "nasa"), (.scenes, 1, "nasa"),
    ])
  func clips(cutting: ClipSampling.Cutting, frameCount: Int, name: String) throws {
    var sources: [MediaSource] = []
    for folder in ["tricky", "video"] {
      let root = try #require(TestData.path(folder))
      sources += try FileManager.default.subpathsOfDirectory(atPath: root).sorted()
        .filter { name.isEmpty || $0.contains(name) }
        .map { MediaSource.file("\(root)/\($0)") }.filter(\.isClip)
    }
    #expect(sources.count >= (name.isEmpty ? 16 : 1))
    var sampling = ClipSampling()
    // 20 are more than come over at once.
    (sampling.cutting, sampling.frames) = (cutting, .evenly(frameCount))
    var local = LocalDecoder(
      PictureReader(for: preprocessing, StillImageOptions(), threadCount: 1),
      ClipReader(for: preprocessing, sampling, VideoOptions()), capacity: 4)
    var settings = DecodingPool.Settings(workerCount: 2)
    settings.program = Program.path
    var pool = try DecodingPool(
      for: preprocessing, StillImageOptions(), settings, sampling, VideoOptions())
    let (ours, theirs) = try (pieces(&local, sources), pieces(&pool, sources))
    for (source, (one, other)) in zip(sources, zip(ours, theirs)) {
      #expect(one == other, "\(source.name)")
    }
    #expect(ours.count { $0.count > 1 } * 2 >= sources.count)
  }

  @Test("Workers killed at any time cost the picture they were at, and no other")
  func kills() throws {
    var pool = try pool(workerCount: 3)
    let expected = expected([.file(Pictures.jpeg)])[0]
    var (submittedCount, finishedCount, killedCount) = (0, 0, 0)
    var failures: [MediaError] = []
    while finishedCount < 100 {
      while pool.hasRoom, submittedCount < 100 {
        try pool.submit(.file(Pictures.jpeg), as: submittedCount)
        submittedCount += 1
      }
      try pool.advance { _, piece in
        switch piece {
        case .segment(let images, _):
          guard case .picture(let image, _, _) = expected else { return }
          #expect(images == [image])
        case .end: finishedCount += 1
        case .failure(let error):
          finishedCount += 1
          failures.append(error)
        }
      }
      if finishedCount % 7 == 3, killedCount <= finishedCount / 7,
        let worker = pool.pool.processIdentifiers.randomElement()
      {
        kill(worker, SIGKILL)
        killedCount += 1
      }
    }
    try pool.advance { number, _ in Issue.record("\(number) comes twice") }
    #expect(killedCount == 14)
    #expect(failures.count <= killedCount)
    #expect(failures.allSatisfy { $0.code == .decoderCrashed && $0.path == Pictures.jpeg })
  }

  @Test("A stopped worker is a timeout")
  func timeout() throws {
    var pool = try pool(workerCount: 1, timeLimit: .seconds(3))
    let sources = [MediaSource](repeating: .file(Pictures.jpeg), count: 3)
    #expect(try pool.read(sources).map(Outcome.init) == expected(sources))
    for worker in pool.pool.processIdentifiers { kill(worker, SIGSTOP) }
    let results = try pool.read(sources).map(Outcome.init)
    #expect(results[0].error?.code == .timeout)
    #expect(Array(results[1...]) == expected(Array(sources[1...])))
  }

  /// Replies that fit together are taken, which shows that the others are not refused for another reason.
  @Test(
    "A worker that has been taken over can make its file fail, and nothing else",
    arguments: [
      ([frames(1, isLast: true), clip], nil),
      ([frames(2, isLast: false), frames(1, isLast: true), clip], nil),
      (["0 nonsense"], .decoderCrashed), (["0 {}", clip], .decoderCrashed),
      ([clip], .decoderCrashed),
      ([frames(1, isLast: true), "0 nonsense"], .decoderCrashed),
      ([frames(1, isLast: false), clip], .decoderCrashed),
      ([frames(3, isLast: false), frames(2, isLast: true), clip], .decoderCrashed),
      ([frames(1, isLast: true), "12288 " + picture], .decoderCrashed),
      (["12288 " + picture, clip], .decoderCrashed), (["12287 " + picture], .decoderCrashed),
      (["5 " + #"{"frames":1,"start":0,"end":1,"last":true}"#, clip], .decoderCrashed),
      (
        [frames(1, isLast: true), #"0 {"code":"corrupt","stage":"decode","problem":"No."}"#],
        .corrupt
      ),
      ([String](repeating: frames(1, isLast: false), count: 1000), .decoderCrashed),
    ] as [([String], MediaError.Code?)])
  func lies(lines: [String], code: MediaError.Code?) throws {
    var settings = DecodingPool.Settings(workerCount: 1)
    settings.program = Program.path.replacing(/cutline$/, with: "WorkerProbe")
    var sampling = ClipSampling()
    sampling.frames = .evenly(4)
    let small = ImagePreprocessing(framing: .squash, size: 64, mean: [], deviation: [])
    var pool = try DecodingPool(for: small, StillImageOptions(), settings, sampling)
    let script = try folder.write(
      "FLV\u{1}\u{5}\n" + lines.joined(separator: "\n"), to: "script.flv")
    let honest = try folder.write(
      "FLV\u{1}\u{5}\n" + Self.frames(4, isLast: true) + "\n" + Self.clip, to: "honest.flv")
    try pool.submit(.file(script), as: 0)
    try pool.submit(.file(honest), as: 1)
    var codes: [Int: MediaError.Code?] = [:]
    while codes.count < 2 {
      try pool.advance { number, piece in
        switch piece {
        case .segment(let images, _): #expect((1...4).contains(images.count))
        case .end: codes[number] = .some(nil)
        case .failure(let error):
          codes[number] = error.code
          #expect(error.path == script)
        }
      }
    }
    #expect(codes == [0: code, 1: nil])
  }

  private static func frames(_ count: Int, isLast: Bool) -> String {
    #"\#(count * 12288) {"frames":\#(count),"start":0,"end":1,"last":\#(isLast)}"#
  }
  private static let picture = #"{"width":1,"height":1,"decode_ms":1,"warnings":[]}"#
  private static let clip =
    #"0 {"width":1,"height":1,"decode_ms":1,"warnings":[],"duration":1,"fps":null}"#

  @Test("No more is read ahead than there is room for")
  func bounded() throws {
    var pool = try pool()
    var asked = 0
    var delivered = 0
    let sources = (0..<100).lazy.map { _ -> MediaSource in
      asked += 1
      return .file(Pictures.png)
    }
    try pool.forEachInput(sources) { _, _ in
      delivered += 1
      #expect(asked - delivered <= 16)
    }
    #expect(delivered == 100)
  }
}
