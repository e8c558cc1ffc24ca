import Layers
import Tensors
import TestSupport
import Testing

@testable import Captioning

extension CaptioningTests {
  @Suite("Loading a captioner")
  struct CaptionerLoadingTests {
    private func code(_ body: () throws -> Void) throws -> ModelError.Code {
      try #require(throws: ModelError.self) { try body() }.code
    }

    @Test("names the kind of failure")
    func errors() throws {
      let folder = try TemporaryFolder()
      #expect(try code { _ = try Captioner(models: []) } == .notFound)
      #expect(try code { _ = try Captioner(model: "\(folder.path)/none") } == .notFound)
      #expect(try code { _ = try Captioner(model: folder.path) } == .notFound)
      #expect(
        try code { _ = try Captioner(models: [folder.path], weights: [1, 2]) } == .mismatch)
      #expect(try code { _ = try Captioner(models: [folder.path], weights: [-1]) } == .mismatch)
      #expect(
        try code { _ = try Captioner(models: [folder.path], weights: [.infinity]) } == .mismatch)
      try folder.write(Array("{".utf8), to: "config.json")
      #expect(try code { _ = try Captioner(model: folder.path) } == .configuration)
    }

    @Test("refuses searches whose settings are out of range")
    func searches() throws {
      var beams = [BeamSearch](repeating: BeamSearch(), count: 6)
      (beams[0].width, beams[1].maximumWords, beams[2].groupCount) = (0, -1, 0)
      (beams[3].groupCount, beams[4].diversity) = (2, .nan)
      beams[5].rules.noRepeatNGramSize = 0
      let sampled = SampledSearch(count: 1, temperature: 1, maximumWords: 20, seed: 1)
      var samples = [SampledSearch](repeating: sampled, count: 5)
      (samples[0].count, samples[1].temperature) = (-1, .nan)
      (samples[2].topWordCount, samples[3].topProbability) = (0, 1.5)
      samples[4].rules.minimumWords = -1
      for search in beams.map(CaptionSearch.beam) + samples.map(CaptionSearch.sampling) {
        #expect(
          try code { _ = try Captioner(model: "none", search: search) } == .unsupported,
          "\(search)")
        #expect(search.problem?.contains(" must ") ?? false)
      }
      #expect(CaptionSearch.beam(BeamSearch()).problem == nil)
      #expect(CaptionSearch.sampling(sampled).problem == nil)
    }

    @Test("refuses cuts and frames of a clip that leave nothing, before it opens the clip")
    func clips() {
      let captioner = Captioner(
        SmallModel.model(seed: 3), SmallModel.configuration, SmallModel.vocabulary)
      for (cutting, frames) in [
        (.every(0), nil), (.every(.nan), nil), (.whole, .evenly(0)), (.whole, .every(0, atMost: 1)),
        (.scenes, .every(2, atMost: 0)),
      ] as [(ClipSampling.Cutting, ClipSampling.Frames?)] {
        let error = #expect(throws: MediaError.self) {
          try captioner.captions(forClip: "none.mp4", cutting: cutting, frames: frames)
        }
        #expect(error?.code == .noFrames)
      }
    }

    @Test("leaves the calling thread its number of threads")
    func threads() throws {
      let before = Device.threadCount
      let captioner = Captioner(
        CaptionEnsemble(SmallModel.model(seed: 3), SmallModel.configuration, SmallModel.vocabulary),
        threadCount: before + 1)
      captioner.withThreads { #expect(Device.threadCount == before + 1) }
      _ = try captioner.captions(for: CaptionerTests.images)
      #expect(Device.threadCount == before)
    }
  }
}
