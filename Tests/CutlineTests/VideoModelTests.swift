import Datasets
import Files
import Foundation
import TestSupport
import Testing

/// The model of clips that the repository ships.
@Suite("The model of clips")
struct VideoModelTests {
  static let path = DefaultModelTests.path.replacing(/default$/, with: "video")

  @Test("is whole, small, stored in bfloat16, and says what it is and what it is not")
  func files() throws {
    try DefaultModelTests.check(
      Self.path,
      saying: [
        "## Intended use", "It does not write the best captions of your video", "## Started from",
        "## Training data", "## Scores", "## On real clips", "## Limitations",
      ])
    let weights = try SafetensorsFile("\(Self.path)/model.safetensors")
    #expect(
      weights.entries.contains { $0.name == "frame_lstm.weight_hh_l0" && $0.shape == [2048, 512] })
  }

  /// Upward from downward motion, which the model distinguishes best (its card has the accuracy for others).
  @Test("tells clips from their reverses")
  func order() throws {
    let folder = try TemporaryFolder()
    let drawn = try Program.run(
      [
        "dataset", "synthesize", "shapes", "--seed", "77", "--clips", "60", "--count", "0", "--val",
        "0", "--size", "224", "-o", "shapes",
      ], in: folder.path)
    try #require(drawn.status == 0, "\(drawn.errors)")
    func motion(_ caption: String) -> String? {
      caption.firstMatch(of: /moves \w+|grows|shrinks/).map { String($0.output) }
    }
    let clips = try CaptionCollection(at: "\(folder.path)/shapes/clips").read(.train).examples
      .filter { ["moves up", "moves down"].contains(motion($0.captions[0])) }
    try #require(clips.count >= 12)
    let result = try Program.run(
      ["caption", "-m", Self.path] + clips.map(\.path), in: folder.path)
    #expect(result.status == 0, "\(result.errors)")
    let said = result.lines.compactMap { $0.split(separator: "\t").last.map(String.init) }
    try #require(said.count == clips.count)
    // A mean over frames is the same for a clip and its reverse, so it is right once in two at best.
    let right = zip(said, clips).count { motion($0) == motion($1.captions[0]) }
    #expect(right * 10 >= clips.count * 8, "\(said)")
  }

  @Test("is found by its name, and captions parts of a clip", .enabled(if: TestData.has("video")))
  func parts() throws {
    let clip = try #require(TestData.path("video")) + "/bigbuckbunny.mp4"
    let result = try Program.run(
      [clip, "-m", "video", "--every", "4", "-f", "vtt"], in: "/",
      environment: ["CUTLINE_MODEL_PATH": Self.path.replacing(/\/video$/, with: "")])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.hasPrefix("WEBVTT") && result.output.contains("00:04.000 -->"))
  }
}
