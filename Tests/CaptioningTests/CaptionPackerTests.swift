import Media
import Tensors
import TestSupport
import Testing

@testable import Captioning

extension CaptioningTests {
  @Suite("Packing files into batches")
  struct CaptionPackerTests {
    let captioner = Captioner(
      SmallModel.model(seed: 3), SmallModel.configuration, SmallModel.vocabulary)

    /// Squares as the encoder sees them, of many kinds.
    func frames(_ count: Int, _ kind: Int) -> [Image] {
      (0..<count).map { index in
        let size = captioner.ensemble.preprocessing.size
        return Image(
          width: size, height: size,
          pixels: (0..<size * size * 3).map {
            UInt8(truncatingIfNeeded: $0 / (index + 1) * (3 + kind) + 31 * kind + 7 * index)
          })
      }
    }

    func packer(_ batchSize: Int) -> CaptionPacker {
      CaptionPacker(captioner, captionCount: 2, batchSize: batchSize)
    }

    /// Returns the caption of each file, for any batch size.
    func texts(
      _ batchSize: Int, _ files: [[[Image]]], by captioner: Captioner? = nil
    ) -> [[[String]]] {
      var packer = CaptionPacker(
        captioner ?? self.captioner, captionCount: 2, batchSize: batchSize)
      for (id, segments) in files.enumerated() {
        packer.begin(id, firstNumber: id << 16)
        for (index, images) in segments.enumerated() {
          let time = Double(index)
          packer.add(images, span: ClipSegment(start: time, end: time + 1), to: id)
        }
        packer.end(id)
      }
      packer.flush()
      defer { #expect(packer.isEmpty) }
      return files.indices.map { id in
        guard let captioned = packer.take(id) else { return [] }
        #expect(captioned.segments.map(\.frameCount) == files[id].map(\.count))
        #expect(captioned.segments.map { $0.span?.start } == files[id].indices.map(Double.init))
        return captioned.segments.map { $0.captions.map(\.text) }
      }
    }

    @Test("gives every file what it would have alone, whatever it is packed with")
    func company() {
      let files = [
        [frames(1, 0)], [frames(5, 1), frames(2, 2), frames(9, 3)], [frames(1, 4)],
        [frames(16, 5)], (0..<7).map { frames(1, $0) },
      ]
      let together = texts(4, files)
      #expect(together.joined().allSatisfy { $0.count == 2 })
      #expect(Set(together.joined().map { $0[0] }).count > 1, "all captions are equal")
      for (file, expected) in zip(files, together) { #expect(texts(64, [file]) == [expected]) }
      #expect(texts(1, files) == together)
    }

    @Test(
      "segments that are read frame by frame are sorted by their frames, and keep their captions")
    func lookingAhead() {
      let reader = Captioner(
        SmallModel.model(seed: 5, decoder: .s2vt), SmallModel.configuration,
        SmallModel.vocabulary)
      #expect(reader.ensemble.readsFrames && !captioner.ensemble.readsFrames)
      // More than are looked at ahead.
      let files = (0..<11).map { number in [frames(1 + number * 5 % 7, number)] }
      let together = texts(2, files, by: reader)
      #expect(Set(together.joined().map { $0[0] }).count > 1, "all captions are equal")
      for (file, expected) in zip(files, together) {
        #expect(texts(64, [file], by: reader) == [expected])
      }
    }

    @Test("means the frames of a segment, so that twice the same is the same")
    func mean() {
      let (one, two) = (frames(1, 2), frames(2, 2))
      let texts = texts(8, [[one], [one + one + one], [two], [two + two]])
      #expect(texts[0] == texts[1] && texts[2] == texts[3])
    }

    @Test("forgets a file whose rest cannot be read, and nothing else")
    func abandoned() {
      let expected = texts(4, [[frames(3, 1)], [frames(6, 3)]])
      var packer = packer(4)
      for (id, images) in [(0, frames(3, 1)), (1, frames(7, 2)), (2, frames(6, 3))] {
        packer.begin(id, firstNumber: 0)
        packer.add(images, span: nil, to: id)
        if id != 1 { packer.end(id) }
      }
      packer.abandon(1)
      packer.flush()
      #expect(packer.take(1) == nil)
      for (place, id) in [0, 2].enumerated() {
        let captioned = packer.take(id)
        #expect(captioned?.segments.map { $0.captions.map(\.text) } == expected[place])
      }
      #expect(packer.isEmpty)
    }

    @Test("hands nothing out before all of a file was seen")
    func unfinished() {
      var packer = packer(2)
      packer.begin(7, firstNumber: 0)
      packer.add(frames(2, 1), span: nil, to: 7)
      packer.flush()
      #expect(packer.take(7) == nil)
      packer.add(frames(1, 1), span: nil, to: 7)
      packer.end(7)
      #expect(packer.take(7) == nil)
      packer.flush()
      #expect(packer.take(7)?.segments.count == 2)
      #expect(packer.take(7) == nil)
    }
  }
}
