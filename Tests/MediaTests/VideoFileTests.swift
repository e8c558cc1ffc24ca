import Foundation
import TestSupport
import Testing

@testable import Media

@Suite("Clips")
struct VideoFileTests {
  static let published =
    ["video", "tricky/video"].flatMap { folder in
      guard let path = TestData.path(folder) else { return [String]() }
      let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
      return names.filter { !$0.hasSuffix(".json") }.sorted().map { "\(folder)/\($0)" }
    }

  @Test(
    "show the frames that the ffmpeg program shows, at its times",
    .enabled(if: TestData.has("video") && FFmpegProgram.isInstalled()), arguments: published)
  func parity(name: String) throws {
    try expectParity(of: try #require(TestData.path(name)))
  }

  @Test(
    "of every kind show the frames that the ffmpeg program shows",
    .enabled(if: FFmpegProgram.isInstalled()), arguments: ClipRecipe.all)
  func kinds(recipe: ClipRecipe) throws {
    let folder = try TemporaryFolder()
    let path = try recipe.make(in: folder.path)
    // Strict reading, as nothing is damaged or missing.
    let info = try VideoFile(.file(path), .strict).info
    #expect(info.size == recipe.size, "\(recipe.name)")
    try expectParity(of: path)
  }

  @Test(
    "turned by their file show upright frames", .enabled(if: FFmpegProgram.isInstalled()),
    arguments: [0, 90, 180, 270])
  func turned(degrees: Int) throws {
    let folder = try TemporaryFolder()
    let plain = try ClipRecipe.plain.make(in: folder.path)
    let path = folder.path + "/turned.mp4"
    let run = try FFmpegProgram.run([
      "-v", "error", "-i", plain, "-c", "copy", "-metadata:s:v:0", "rotate=\(degrees)", path,
    ])
    try #require(run.status == 0, "\(run.errors)")
    let size = try VideoFile(.file(path)).info.size
    #expect((size.width, size.height) == (degrees % 180 == 0 ? (160, 120) : (120, 160)))
    try expectParity(of: path)
  }

  @Test(
    "that are given up while they are opened are late, and not damaged",
    .enabled(if: FFmpegProgram.isInstalled()), arguments: [1e-9, 1e-5])
  func late(limit: Double) throws {
    let folder = try TemporaryFolder()
    let path = try ClipRecipe.plain.make(in: folder.path)
    var options = VideoOptions()
    options.timeLimit = limit
    let error = #expect(throws: MediaError.self) { _ = try VideoFile(.file(path), options) }
    #expect(error?.code == .timeout, "\(String(describing: error))")
  }

  // MARK: Frames

  /// Returns the frames shown at evenly spaced times, with the indices of these times.
  func frames(
    _ path: String, at times: [Double]
  ) throws -> [(places: Range<Int>, frame: VideoFrame)] {
    var clip = try VideoFile(.file(path))
    var frames: [(Range<Int>, VideoFrame)] = []
    try clip.showFrames(at: times) { frames.append(($0, $1)) }
    return frames
  }

  /// Expects nine evenly spaced frames to equal those of the ffmpeg program, or both to fail.
  func expectParity(of path: String) throws {
    let theirs = try FFmpegProgram.times(of: path)
    guard !theirs.isEmpty else {
      let error = #expect(throws: MediaError.self) { try self.frames(path, at: [0]) }
      #expect(
        [.truncated, .corrupt, .noFrames].contains(error?.code), "\(String(describing: error))")
      return
    }
    let duration = try VideoFile(.file(path)).info.duration
    let order = theirs.indices.sorted { theirs[$0] < theirs[$1] }
    #expect(abs(duration - theirs[order[order.count - 1]]) < 1.6, "a length of \(duration) s")
    // Slightly after a frame's time, so that rounding cannot select a neighbour.
    let expected = (0..<9).map { order[(2 * $0 + 1) * order.count / 18] }
    let times = expected.map { theirs[$0] + 1e-3 }
    let ours = try frames(path, at: times)
    #expect(ours.flatMap { Array($0.places) } == Array(times.indices))
    for (places, frame) in ours {
      for place in places {
        #expect(
          abs(frame.time - theirs[expected[place]]) < 1e-3,
          "at \(times[place]) s: \(frame.time), not \(theirs[expected[place]])")
      }
    }
    let wanted = ours.map { expected[$0.places.lowerBound] }
    let pixels = try FFmpegProgram.pixels(of: path, frames: wanted)
    let size = ours[0].frame.image.pixels.count
    try #require(pixels.count == size * ours.count)
    for (index, item) in ours.enumerated() {
      let theirs = pixels[index * size..<(index + 1) * size]
      let difference = zip(item.frame.image.pixels, theirs).reduce(0) {
        $0 + abs(Int($1.0) - Int($1.1))
      }
      let mean = Double(difference) / Double(size)
      #expect(mean <= 2, "frame at \(item.frame.time) s: off by \(mean) on average")
    }
  }
}
