import Captioning
import ImageEncoders
import Media
import Synthesis
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("Features of pictures")
struct PictureFeaturesTests {
  @Test(
    "two parts of one clip have features of their own, and two captions of one part share them",
    arguments: [FeatureKind.pooled, .frames])
  func segments(kind: FeatureKind) throws {
    let folder = try TemporaryFolder()
    // Dark for two seconds, bright for two.
    let frames = (0..<40).map { frame in
      Image(
        width: 32, height: 32,
        pixels: [UInt8](repeating: frame < 20 ? 30 : 220, count: 32 * 32 * 3))
    }
    let path = try folder.write(
      MotionJPEG(frames: frames, framesPerSecond: 10).bytes, to: "clip.avi")
    let parts: [ClipSegment?] = [
      ClipSegment(start: 0, end: 2), ClipSegment(start: 2, end: 4), ClipSegment(start: 0, end: 2),
      nil,
    ]
    let examples = parts.enumerated().map { number, segment in
      var example = TrainingExample(
        number: number, path: path, kind: .clip, captions: [], canBeMirrored: true)
      example.segment = segment
      return example
    }
    var random = SeededGenerator(seed: 3)
    var encoder = SmallCNN()
    encoder.initialize(using: &random)
    let loader = PictureLoader(
      EncoderConfiguration(.smallCNN).preprocessing, frames: .evenly(2))
    func features(_ examples: [TrainingExample]) throws -> [Float] {
      var store = PictureFeatures(kind)
      try store.prepare(examples, by: encoder, loader)
      return store(examples).values.floats
    }
    let together = try features(examples)
    let size = together.count / examples.count
    for (number, example) in examples.enumerated() {
      let alone = try features([example])
      #expect(Array(together[number * size..<(number + 1) * size]) == alone, "part \(number)")
    }
    #expect(Array(together[0..<size]) != Array(together[size..<2 * size]))
    #expect(Array(together[0..<size]) != Array(together[3 * size..<4 * size]))
  }
}
