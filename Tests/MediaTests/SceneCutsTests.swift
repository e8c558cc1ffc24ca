import Foundation
import TestSupport
import Testing

@testable import Media

@Suite("Scenes of a clip", .enabled(if: FFmpegProgram.isInstalled()))
struct SceneCutsTests {
  /// Creates a clip of five slides, each a single frame shown for two seconds.
  private func slides(_ options: String, in folder: borrowing TemporaryFolder) throws -> String {
    let path = folder.path + "/slides.mp4"
    let greys: [UInt8] = [0, 250, 40, 190, 70]
    try folder.write(greys.flatMap { [UInt8](repeating: $0, count: 96 * 64) }, to: "raw")
    let run = try FFmpegProgram.run(
      [
        "-v", "error", "-f", "rawvideo", "-pix_fmt", "gray", "-s", "96x64", "-r", "1/2", "-i",
        folder.path + "/raw", "-pix_fmt", "yuv420p", "-c:v", "libx264",
      ] + options.split(separator: " ").map(String.init) + [path])
    try #require(run.status == 0, "\(run.errors)")
    return path
  }

  private func starts(_ path: String, from start: Double?, to end: Double?) throws -> [Double] {
    var sampling = ClipSampling()
    (sampling.cutting, sampling.start, sampling.end) = (.scenes, start, end)
    var clip = try VideoFile(.file(path))
    return try clip.segments(sampling).map { ($0.start * 100).rounded() / 100 }
  }

  @Test(
    "begin with each slide, though only the first of cuts in a row stands out from the frames around it",
    arguments: ["-bf 2", "-bf 0 -g 1", "-r 5"])
  func slides(options: String) throws {
    let folder = try TemporaryFolder()
    let path = try slides(options, in: folder)
    #expect(try starts(path, from: nil, to: nil) == [0, 2, 4, 6, 8])
    // A segment has the cuts of the whole clip, up to the last frame, however late that is decoded.
    #expect(try starts(path, from: 3, to: nil) == [3, 4, 6, 8])
    #expect(try starts(path, from: nil, to: 7) == [0, 2, 4, 6])
    #expect(try starts(path, from: 5, to: 9) == [5, 6, 8])
  }
}
