import Files
import Foundation
import ImageEncoders
import Media
import TestSupport
import Testing
import Workers

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

  /// What reading it here gives.
  func expected(
    _ sources: [MediaSource], _ options: StillImageOptions = StillImageOptions()
  ) -> [Outcome] {
    PictureReader(for: preprocessing, options, threadCount: 1).read(sources).map(Outcome.init)
  }

  /// All of a result but the time.
  enum Outcome: Equatable {
    case picture(Image, PixelSize, [MediaWarning])
    case failure(MediaError)

    init(_ result: Result<FramedPicture, MediaError>) {
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
    let sources = names.map { MediaSource.file("\(root)/\($0)") }
    #expect(sources.count > 300)
    var pool = try pool()
    var index = 0
    try pool.framed(sources) { name, result in
      let source = sources[index]
      index += 1
      #expect(name == source.name)
      #expect(Outcome(result) == expected([source])[0], "\(name)")
    }
    #expect(index == sources.count)
  }

  @Test("Workers killed at any time cost the picture they were at, and no other")
  func kills() throws {
    var pool = try pool(workerCount: 3)
    let expected = expected([.file(Pictures.jpeg)])[0]
    var (submittedCount, killedCount) = (0, 0)
    var failures: [MediaError] = []
    for index in 0..<100 {
      while pool.hasRoom, submittedCount < 100 {
        try pool.submit(.file(Pictures.jpeg))
        submittedCount += 1
      }
      let outcome = Outcome(try #require(try pool.next()).result)
      if let error = outcome.error { failures.append(error) } else { #expect(outcome == expected) }
      if index % 7 == 3, let worker = pool.pool.processIdentifiers.randomElement() {
        kill(worker, SIGKILL)
        killedCount += 1
      }
    }
    let rest = try pool.next()
    #expect(rest == nil)
    #expect(killedCount == 14)
    #expect(failures.count <= killedCount)
    #expect(failures.allSatisfy { $0.code == .decoderCrashed && $0.path == Pictures.jpeg })
  }

  @Test("A stopped worker is a timeout")
  func timeout() throws {
    var pool = try pool(workerCount: 1, timeLimit: .milliseconds(500))
    let sources = [MediaSource](repeating: .file(Pictures.jpeg), count: 3)
    #expect(try pool.read(sources).map(Outcome.init) == expected(sources))
    for worker in pool.pool.processIdentifiers { kill(worker, SIGSTOP) }
    let results = try pool.read(sources).map(Outcome.init)
    #expect(results[0].error?.code == .timeout)
    #expect(Array(results[1...]) == expected(Array(sources[1...])))
  }

  @Test("No more is read ahead than there is room for")
  func bounded() throws {
    var pool = try pool()
    var asked = 0
    var delivered = 0
    let sources = (0..<100).lazy.map { _ -> MediaSource in
      asked += 1
      return .file(Pictures.png)
    }
    try pool.framed(sources) { _, _ in
      delivered += 1
      #expect(asked - delivered <= 16)
    }
    #expect(delivered == 100)
  }
}
