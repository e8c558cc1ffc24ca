import Files
import Foundation
import ImageEncoders
import Layers
import TestSupport
import Testing

@testable import Captioning

extension CaptioningTests {
  @Suite("Model configuration")
  struct ModelConfigurationTests {
    @Test("written and read again is the same", arguments: EncoderArchitecture.all)
    func roundTrip(architecture: EncoderArchitecture) throws {
      var configuration = SmallModel.configuration
      configuration.encoder = EncoderConfiguration(architecture)
      #expect(try reread(configuration) == configuration)
      if architecture == .mobileNetV2 {
        configuration.encoder = EncoderConfiguration(
          architecture, padding: .same, preprocessing: .tensorFlow())
        #expect(try reread(configuration) == configuration)
      }
    }

    @Test("an encoder alone has no decoder, and what is absent has its default")
    func defaults() throws {
      let configuration = ModelConfiguration(encoder: EncoderConfiguration(.resNet18))
      #expect(try reread(configuration) == configuration)
      #expect(configuration.json["decoder"] == nil && configuration.json["metrics"] == nil)
      let found = try read(
        """
        {"schema": "cutline.model/1", "later": [1], "encoder": {"type": "resnet18", "input": 224,
        "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5], "resize": "squash-bilinear-antialias"}}
        """)
      #expect(found.beamWidth == 3 && found.maximumWords == 20 && found.decoder == nil)
      #expect(found.encoder.padding == .symmetric && found.provenance == Provenance())
    }

    @Test("how captions are searched for is written down where it is not usual")
    func search() throws {
      var configuration = SmallModel.configuration
      let usual = configuration.json["decode"]
      #expect(usual?["length_penalty"] == nil && usual?["no_repeat"] == nil)
      (configuration.lengthPenalty, configuration.rules.noRepeatNGramSize) = (.wu(alpha: 0.7), 3)
      #expect(try reread(configuration) == configuration)
      var expected = BeamSearch(
        width: configuration.beamWidth, maximumWords: configuration.maximumWords)
      (expected.lengthPenalty, expected.rules.noRepeatNGramSize) = (.wu(alpha: 0.7), 3)
      #expect(configuration.search == .beam(expected))
      configuration.lengthPenalty = .average
      #expect(try reread(configuration) == configuration)
    }

    @Test("numbers stand as a person would write them")
    func decimals() {
      let text = ModelConfiguration(encoder: EncoderConfiguration(.resNet18)).json.prettyText
      #expect(text.contains("\"mean\": [0.485, 0.456, 0.406]"))
      #expect(text.contains("\"resize_value\": 256"))
    }

    @Test("makes the decoder that it names")
    func decoder() {
      let decoder = DecoderConfiguration(cell: .gru, embeddingSize: 6, hiddenSize: 7)
        .makeDecoder(featureSize: 8, vocabularySize: 9).captionDecoder
      #expect(decoder is ShowAndTell<GRU>)
      #expect(decoder.featureSize == 8 && decoder.vocabularySize == 9)
      #expect(
        decoder.parameters.first { $0.parameter.name == "gru.weight_hh_l0" }?.value.shape == [
          21, 7,
        ])
    }

    @Test("makes the decoder with attention that it names, and writes that down")
    func attention() throws {
      var configuration = SmallModel.configuration
      let soft = DecoderConfiguration(
        DecoderType.showAttendTell.with(annotationSize: 5, attentionSize: 4),
        cell: Configured(.gru), embeddingSize: 6, hiddenSize: 7)
      configuration.decoder = soft
      #expect(try reread(configuration) == configuration)
      let decoder = soft.makeDecoder(reading: VGG(.sixteen), vocabularySize: 9)
      #expect(decoder is ShowAttendAndTell<GRU>)
      // Of the map, not of the classifier's layers behind it.
      #expect(decoder.featureKind == .positions && decoder.featureSize == 512)
    }

    @Test("makes the decoders of clips that it names, and writes that and their frames down")
    func clips() throws {
      var configuration = SmallModel.configuration
      func made(
        _ type: Configured<DecoderType>, layers: Int
      ) throws -> any VisualDecoder {
        var decoder = DecoderConfiguration(type, embeddingSize: 6, hiddenSize: 7)
        decoder.layerCount = layers
        configuration.decoder = decoder
        #expect(try reread(configuration) == configuration)
        return decoder.makeDecoder(featureSize: 8, vocabularySize: 9)
      }
      configuration.frames = .every(10, atMost: 59)
      #expect(try made(Configured(.s2vt), layers: 2) is S2VT<LSTM>)
      let temporal = try made(
        DecoderType.temporalAttention.with(annotationSize: 5, attentionSize: 4), layers: 1)
      #expect(temporal is ShowAttendAndTell<LSTM> && temporal.featureKind == .frames)
      configuration.frames = .evenly(8)
      for (isFactored, layers, sizes) in [
        (false, 1, [12]), (false, 3, [12, 7, 7]), (true, 3, [6, 13, 7]),
      ] {
        let lrcn = try #require(
          made(
            DecoderType.lrcn.with(DecoderType.isFactored, isFactored), layers: layers)
            as? LRCN<LSTM>)
        #expect(lrcn.layers.map(\.inputSize) == sizes)
      }
    }

    @Test("keeps as many parts of a picture as it says, and writes that down")
    func grid() throws {
      var configuration = SmallModel.configuration
      #expect(configuration.json["encoder"]?["grid"] == nil)
      configuration.encoder.grid = 3
      #expect(try reread(configuration) == configuration)
      let encoder = configuration.encoder.makeEncoder()
      #expect(encoder.pooledSize == 9 * 128 && encoder.channelCount == 128)
      #expect(
        encoder.parameters.map(\.parameter.name) == SmallCNN().parameters.map(\.parameter.name))
    }

    @Test("makes the classifier of frames that it names, of any layers, and writes that down")
    func labels() throws {
      var configuration = SmallModel.configuration
      var decoder = DecoderConfiguration(
        .frameClassifier, cell: .gru, embeddingSize: 6, hiddenSize: 7)
      configuration.decoder = decoder
      #expect(try reread(configuration) == configuration)
      #expect(configuration.json["decoder"]?["type"] == "frame_classifier")
      let made = decoder.makeDecoder(featureSize: 8, vocabularySize: 9)
      #expect(made is FrameClassifier<GRU>)
      #expect(made.featureKind == .frames && made.featureSize == 8)
      #expect((made as? any FrameScorer)?.labelCount == 5)
      let logits = made.parameters.first { $0.parameter.name == "label_logits.weight" }
      #expect(logits?.value.shape == [5, 7])
      (decoder.layerCount, decoder.isResidual) = (3, true)
      configuration.decoder = decoder
      #expect(try reread(configuration) == configuration)
      let deep = decoder.makeDecoder(featureSize: 8, vocabularySize: 9)
      #expect((deep as? FrameClassifier<Stacked<GRU>>)?.cell.layers.count == 3)
    }

    @Test("makes as many layers as it says, and writes that down")
    func layers() throws {
      var configuration = SmallModel.configuration
      var decoder = DecoderConfiguration(cell: .gru, embeddingSize: 6, hiddenSize: 7)
      #expect(configuration.json["decoder"]?["cell"]?["residual"] == nil)
      (decoder.layerCount, decoder.isResidual) = (3, true)
      configuration.decoder = decoder
      #expect(try reread(configuration) == configuration)
      let made = decoder.makeDecoder(featureSize: 8, vocabularySize: 9)
      let stack = try #require(made as? ShowAndTell<Stacked<GRU>>).cell
      #expect(stack.isResidual && stack.layers.map(\.inputSize) == [6, 7, 7])
      decoder.type = DecoderType.showAttendTell.with(annotationSize: 5, attentionSize: 4)
      let attentive = decoder.makeDecoder(featureSize: 8, vocabularySize: 9)
      let parameters = attentive.parameters.map { ($0.parameter.name, $0.value.shape) }
      #expect(parameters.contains { $0 == ("gru.weight_ih_l0", [21, 11]) })
      #expect(parameters.contains { $0 == ("gru.weight_ih_l2", [21, 7]) })
      #expect(parameters.count { $0.0.hasPrefix("initial_state.") } == 2 * 3)
    }

    @Test("says when its GRU resets where that is before the product")
    func reset() throws {
      var configuration = SmallModel.configuration
      var decoder = DecoderConfiguration(cell: .gru)
      #expect(decoder.json["cell"]?["reset"] == "after")
      decoder.cell[GRU.resetOption] = .before
      #expect(decoder.json["cell"]?["reset"] == "before")
      configuration.decoder = decoder
      #expect(try reread(configuration) == configuration)
      let made = decoder.makeDecoder(featureSize: 8, vocabularySize: 9)
      #expect(try #require(made as? ShowAndTell<GRU>).cell.reset == .before)
    }

    @Test("a decoder that ties no words at any size says so")
    func neverTied() throws {
      let type = DecoderType("odd-one", reading: .pooled, tying: .never) { _ in
        ShowAndTell(
          cell: GRU(inputSize: 6, hiddenSize: 6), named: "gru", featureSize: 8, vocabularySize: 9)
      }
      var decoder = DecoderConfiguration(type, embeddingSize: 6, hiddenSize: 6)
      #expect(decoder.problem == nil)
      decoder.isTied = true
      let problem = try #require(decoder.problem)
      #expect(problem.key == "tied")
      #expect(problem.problem == "is not for a decoder of type 'odd_one'")
    }

    @Test("ties words where it says so")
    func tied() throws {
      var configuration = SmallModel.configuration
      var decoder = DecoderConfiguration(embeddingSize: 6, hiddenSize: 6)
      decoder.isTied = true
      configuration.decoder = decoder
      #expect(try reread(configuration) == configuration)
      for (type, hiddenSize) in [
        (Configured(.showAndTell), 6),
        (DecoderType.showAttendTell.with(annotationSize: 5, attentionSize: 4), 7),
      ] {
        (decoder.type, decoder.hiddenSize) = (type, hiddenSize)
        let made = decoder.makeDecoder(featureSize: 8, vocabularySize: 9)
        let names = made.parameters.map(\.parameter.name)
        #expect(names.contains("word_logits.bias") && !names.contains("word_logits.weight"))
        let writer = try #require(made as? any WordDecoder)
        #expect(writer.wordLogits.weight.shape == [9, 6] && writer.vocabularySize == 9)
      }
    }

    /// Replacements in a valid file, with the setting that the error must name.
    static let problems: [(good: String, bad: String, key: String, problem: String)] = [
      (
        "cutline.model/2", "cutline.model/0", "schema",
        "is \"cutline.model/0\", not \"cutline.model/2\""
      ),
      ("\"schema\"", "\"scheme\"", "schema", "is missing, but must be a text"),
      ("\"encoder\":{", "\"coder\":{", "encoder", "is missing, but must be an object"),
      ("\"decoder\":{", "\"decoder\":3,\"x\":{", "decoder", "is 3, but must be an object"),
      (
        "resnet50", "alexnet", "encoder.type",
        "is \"alexnet\", but must be one of mobilenet_v2, mobilenet_v3_small, "
          + "mobilenet_v3_large, mobilenet_edgetpu"
      ),
      (":224,", ":31,", "encoder.input", "is 31, but must be a whole number from 32 to 4096"),
      (":224,", ":224.5,", "encoder.input", "is 224.5, but must be a whole number"),
      (
        "resnet50", "vgg16\",\"input\":256,\"x\":\"", "encoder.input",
        "a whole number from 224 to 224"
      ),
      ("resnet50", "inception_v3\",\"input\":64,\"x\":\"", "encoder.input", "from 75 to 4096"),
      (":256", ":200", "encoder.resize_value", "is 200, but 'input' needs at least 224"),
      ("0.485,", "", "encoder.mean", "is [0.456,0.406], but must be three numbers"),
      ("0.485", "\"x\"", "encoder.mean", "but must be three numbers"),
      ("0.485", "1e300", "encoder.mean", "but must be three numbers"),
      ("0.229", "0", "encoder.std", "must be above 0"),
      ("shorter-side", "longer-side", "encoder.resize", "which is not a known rule"),
      ("resize_value", "value", "encoder.resize", "with the value none, which is not a known rule"),
      ("symmetric", "valid", "encoder.padding", "is \"valid\", but must be one of symmetric, same"),
      (
        "resnet50", "resnet52", "encoder.type",
        "vgg19_bn, inception_v3, small_cnn (did you mean \"resnet50\"?)"
      ),
      (
        "show_and_tell", "show_and_tel", "decoder.type",
        "is \"show_and_tel\", but must be one of show_and_tell, show_attend_tell, lrcn, s2vt, "
          + "temporal_attention, frame_classifier (did you mean \"show_and_tell\"?)"
      ),
      (
        "\"lstm\"", "\"lsmt\"", "decoder.cell.type",
        "is \"lsmt\", but must be one of lstm, gru, rnn (did you mean \"lstm\"?)"
      ),
      ("\"cell\":{", "\"sell\":{", "decoder.cell", "is missing, but must be an object"),
      (
        "\"embed\":4", "\"embed\":0", "decoder.embed",
        "is 0, but must be a whole number from 1 to 65536"
      ),
      (
        "\"hidden\":5", "\"hidden\":\"5\"", "decoder.hidden", "is \"5\", but must be a whole number"
      ),
      (
        "\"layers\":1", "\"layers\":65", "decoder.cell.layers",
        "is 65, but must be a whole number from 1 to 64"
      ),
      (
        "\"layers\":1", "\"layers\":1,\"residual\":1", "decoder.cell.residual",
        "is 1, but must be true or false"
      ),
      (
        "\"hidden\":5", "\"hidden\":5,\"tied\":true", "decoder.tied",
        "needs 'embed' and 'hidden' to be the same, not 4 and 5"
      ),
      (
        "\"show_and_tell\"", "\"frame_classifier\",\"tied\":true", "decoder.tied",
        "is for decoders that read words"
      ),
      (
        "\"show_and_tell\"", "\"s2vt\"", "decoder.cell.layers",
        "must be 2, of which one reads frames"
      ),
      ("\"show_and_tell\"", "\"lrcn\"", "decoder.cell.layers", "must be 2 or more"),
      (
        "\"show_and_tell\",\"embed\":4,\"hidden\":5,\"cell\":{",
        "\"lrcn\",\"embed\":4,\"hidden\":5,\"factored\":false,\"cell\":{\"residual\":true,",
        "decoder.cell.residual", "is for decoders that read the picture first or with attention"
      ),
      (
        "\"show_and_tell\"", "\"show_attend_tell\",\"annotation_size\":0",
        "decoder.annotation_size",
        "is 0, but must be a whole number from 1 to 65536"
      ),
      (
        "\"show_and_tell\"", "\"lrcn\",\"factored\":1", "decoder.factored",
        "is 1, but must be true or false"
      ),
      (
        "\"show_and_tell\"", "\"show_and_tell\",\"annotation_size\":5", "decoder.annotation_size",
        "is an option of show_attend_tell, not of show_and_tell"
      ),
      (
        "\"lstm\"", "\"lstm\",\"reset\":\"before\"", "decoder.cell.reset",
        "is an option of gru, not of lstm"
      ),
      (
        "\"lstm\"", "\"gru\",\"reset\":\"never\"", "decoder.cell.reset",
        "is \"never\", but must be before or after"
      ),
      (
        "\"decode\":{", "\"frames\":0,\"decode\":{", "frames", "must be a number from 1 to 1000"
      ),
      (
        "\"beam\":2", "\"beam\":0", "decode.beam", "is 0, but must be a whole number from 1 to 1000"
      ),
      ("\"padding\":", "\"grid\":9,\"padding\":", "encoder.grid", "is 9, but must be"),
      ("\"max_words\":7", "\"max_words\":1001", "decode.max_words", "is 1001, but must be"),
      ("\"decode\":{", "\"decode\":[],\"x\":{", "decode", "is [], but must be an object"),
    ]

    @Test("a setting that cannot be used is named with what it must be", arguments: problems)
    func problem(good: String, bad: String, key: String, problem: String) throws {
      var configuration = SmallModel.configuration
      configuration.encoder = EncoderConfiguration(.resNet50)
      let text = configuration.json.compactText
      let range = try #require(text.range(of: good), "\(good) is not in \(text)")
      let found = try #require(throws: ConfigurationProblem.self) {
        _ = try read(text.replacingCharacters(in: range, with: bad))
      }
      #expect(found.key == key)
      #expect(found.problem.contains(problem), "\(found.problem)")
    }

    private func read(_ text: String) throws -> ModelConfiguration {
      try ModelConfiguration(JSONValue(reading: Array(text.utf8)))
    }

    private func reread(_ configuration: ModelConfiguration) throws -> ModelConfiguration {
      try read(configuration.json.prettyText)
    }
  }
}
