import ImageEncoders
import Layers
import Tensors
import TestSupport
import Testing
import Text

@testable import Captioning

extension CaptioningTests {
  @Suite("Caption model")
  struct CaptionModelTests {
    let model = SmallModel.model(seed: 1)

    @Test("names the encoder's parameters after the encoder, the decoder's as they are")
    func names() {
      let names = model.parameters.map(\.parameter.name)
      #expect(names.first == "encoder.stages.0.conv.weight")
      #expect(names.contains("image_embedding.weight") && names.contains("lstm.weight_hh_l0"))
      #expect(Set(names).count == names.count)
      #expect(
        names.filter { $0.hasPrefix(CaptionModel.encoderPrefix) }.count
          == SmallCNN().parameters.count)
    }

    @Test("changes in both halves through one visitor")
    func changes() {
      var model = model
      model.updateParameters { _, value in value = Tensor(repeating: 2, shape: value.shape) }
      #expect(model.parameters.allSatisfy { $0.value.floats.allSatisfy { $0 == 2 } })
      #expect(!self.model.parameters.allSatisfy { $0.value.floats.allSatisfy { $0 == 2 } })
    }

    @Test("a frozen encoder has no gradient, a learning one has")
    func frozenEncoder() throws {
      let pixels = FormulaWeights.photos(height: 64, width: 64)
      let captions = PackedCaptions(
        [[1, 4, 2], [1, 5, 2]].map { $0.map(TokenID.init) }, describing: [0, 1])
      func loss(_ model: CaptionModel) -> Tensor {
        model.decoder.captionDecoder.loss(of: captions, describing: model.encoder.features(pixels))
      }
      let all = valueWithGradient(at: model, of: loss)
      let learned = model.parameters.map(\.parameter).filter { $0.role == .learned }
      #expect(Set(all.gradient.tensors.keys) == Set(learned.map(\.name)))
      let decoderOnly = valueWithGradient(
        at: model,
        where: { $0.role == .learned && !$0.name.hasPrefix(CaptionModel.encoderPrefix) },
        of: { model in
          #expect(model.encoder.features(pixels).history == nil, "a frozen part records nothing")
          return loss(model)
        })
      #expect(
        Set(decoderOnly.gradient.tensors.keys)
          == Set(learned.map(\.name).filter { !$0.hasPrefix(CaptionModel.encoderPrefix) }))
      for (name, gradient) in decoderOnly.gradient.tensors {
        #expect(gradient.floats == all.gradient.tensors[name]?.floats, "\(name)")
      }
    }
  }
}

/// A model small enough to be made in every test: the small network and a decoder of five numbers.
enum SmallModel {
  static let words = ["a", "dog", "runs", "\u{e9}t\u{e9}"]
  static let vocabulary = Vocabulary(words: words)

  static var configuration: ModelConfiguration {
    var configuration = ModelConfiguration(
      encoder: EncoderConfiguration(.smallCNN),
      decoder: DecoderConfiguration(cell: .lstm, embeddingSize: 4, hiddenSize: 5))
    configuration.beamWidth = 2
    configuration.maximumWords = 7
    configuration.provenance = Provenance(license: "CC0", startedFrom: nil, trainedOn: "\"toys\"")
    configuration.metrics = ["cider": 0.75, "bleu4": 0.125]
    return configuration
  }

  static func model(
    seed: UInt64, decoder type: DecoderType = .showAndTell
  ) -> CaptionModel {
    let encoder = SmallCNN()
    let decoder = DecoderConfiguration(type, embeddingSize: 4, hiddenSize: 5)
    var model = CaptionModel(
      encoder: encoder,
      decoder: decoder.makeDecoder(
        featureSize: encoder.pooledSize, vocabularySize: vocabulary.count))
    var random = SeededGenerator(seed: seed)
    model.initialize(using: &random)
    return model
  }
}
