import ImageEncoders
import Layers
import Media
import Tensors
import TestSupport
import Testing
import Text

@testable import Captioning

extension CaptioningTests {
  @Suite("Captioner")
  struct CaptionerTests {
    static let images = (0..<3).map { number in
      Image(
        width: 70 + number, height: 60,
        pixels: (0..<(70 + number) * 180).map { UInt8(($0 * (7 + number) + number * 91) % 256) })
    }

    @Test("captions pictures of any size, most likely first, within the limit of words")
    func captions() throws {
      let captioner = Captioner(
        SmallModel.model(seed: 3), SmallModel.configuration, SmallModel.vocabulary)
      #expect(captioner.search == .beam(BeamSearch(width: 2, maximumWords: 7)))
      let found = try captioner.captions(for: Self.images)
      #expect(found.map(\.count) == [2, 2, 2])
      for captions in found {
        for caption in captions {
          let sum = caption.words.reduce(0) { $0 + $1.logProbability }
          #expect(caption.words.count <= 7 && caption.words.allSatisfy { $0.text != "<eos>" })
          if caption.isFinished {
            #expect(sum > caption.logProbability, "the end has a probability too")
            let count = Float(caption.words.count + 1)
            #expect(abs(caption.score - caption.logProbability / count) < 1e-6)
          } else {
            #expect(abs(sum - caption.logProbability) < 1e-5)
          }
        }
      }
    }

    @Test("captions several pictures as it captions each alone")
    func company() throws {
      for search in [
        CaptionSearch.beam(BeamSearch(width: 2, maximumWords: 4)),
        .sampling(SampledSearch(count: 2, temperature: 1, maximumWords: 4, seed: 1)),
      ] {
        let captioner = Captioner(
          SmallModel.model(seed: 3), SmallModel.configuration, SmallModel.vocabulary, search: search
        )
        let together = try captioner.captions(for: Self.images)
        for (number, image) in Self.images.enumerated() {
          let alone = try captioner.captions(for: [image], firstNumber: number)[0]
          #expect(alone.map(\.text) == together[number].map(\.text))
        }
      }
    }

    @Test("in bfloat16 sees the same to two digits, and not to all", .multipliesBfloat16)
    func precision() {
      func features(_ precision: ElementType) -> Tensor {
        let captioner = Captioner(
          SmallModel.model(seed: 3), SmallModel.configuration, SmallModel.vocabulary,
          precision: precision)
        let inputs = Self.images.map(captioner.ensemble.preprocessing.resizeAndCrop)
        return captioner.features(of: inputs).byMember[0].values
      }
      let (exact, rounded) = (features(.float32), features(.bfloat16))
      #expect(rounded.elementType == .float32)
      let error = (rounded - exact).sumOfSquares / exact.sumOfSquares
      #expect(error > 0 && error.squareRoot() < 0.02, "relative error \(error.squareRoot())")
    }

    @Test("gives nothing for no pictures")
    func nothing() throws {
      let captioner = Captioner(
        SmallModel.model(seed: 3), SmallModel.configuration, SmallModel.vocabulary)
      #expect(try captioner.captions(for: []).isEmpty)
    }

    @Test("writes sentences, not tokens")
    func sentences() {
      let captioner = Captioner(
        SmallModel.model(seed: 3), SmallModel.configuration,
        Vocabulary(words: ["a", "man", "'s", "dog"]))
      let features = EncodedPictures(
        byMember: [PackedSequence(FormulaWeights.scaled("features", [4, 128]))])
      for captions in captioner.captions(from: features) {
        for caption in captions {
          #expect(!caption.text.contains("<") && !caption.text.contains(" '"))
        }
      }
    }

    @Test("a decoder of another cell is one line of the configuration")
    func cells() throws {
      for kind in CellType.all {
        var configuration = SmallModel.configuration
        configuration.decoder = DecoderConfiguration(cell: kind, embeddingSize: 4, hiddenSize: 5)
        let decoder = try #require(configuration.decoder).makeDecoder(
          featureSize: 128, vocabularySize: SmallModel.vocabulary.count)
        var model = CaptionModel(encoder: SmallCNN(), decoder: decoder)
        var random = SeededGenerator(seed: 4)
        model.initialize(using: &random)
        let captioner = Captioner(model, configuration, SmallModel.vocabulary)
        #expect(try captioner.captions(for: Self.images).count == 3)
        #expect(
          decoder.parameters.contains { $0.parameter.name == "\(kind.name).weight_ih_l0" })
      }
    }
  }
}
