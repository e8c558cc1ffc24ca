import Captioning
import Layers
import Tensors
import TestSupport
import Testing
import Text

extension CaptioningTests {
  @Suite("Show and Tell")
  struct ShowAndTellTests {
    @Test("has PyTorch's loss and gradients for captions of several lengths")
    func parity() throws {
      let tiny = try TinyCaptioner()
      let captions = PackedCaptions(try tiny.captions, describing: Array(0..<4))
      let features = tiny.features.slice(0..<4)
      let (loss, gradient) = valueWithGradient(at: tiny.decoder) { decoder in
        decoder.loss(of: captions, describing: features)
      }
      expectClose(loss.reshaped(to: [1]), try tiny.fixture["train.loss"], within: 1e-5)
      let learned = tiny.decoder.parameters.map(\.parameter).filter { $0.role == .learned }
      #expect(learned.count == tiny.decoder.parameters.count - 2)
      for parameter in learned {
        let found = try #require(gradient.tensors[parameter.name])
        let expected = try tiny.fixture["grad.\(parameter.name)"]
        expectClose(found, expected, within: 1e-5, "gradient of \(parameter.name)")
        #expect(expected.sumOfSquares > 1e-6, "\(parameter.name) learns nothing here")
      }
      let toFeatures = valueWithGradient(at: [features]) {
        tiny.decoder.loss(of: captions, describing: $0[0])
      }
      expectClose(
        try #require(toFeatures.gradients[0]), try tiny.fixture["grad.features"], within: 1e-5)
    }

    @Test("has PyTorch's with two layers and tied words")
    func choices() throws {
      let tiny = try TinyCaptioner()
      let fixture = try Fixture("captioner_choices")
      let decoder = try tied.reading { try fixture[$0] }
      let captions = PackedCaptions(try tiny.captions, describing: Array(0..<4))
      let features = tiny.features.slice(0..<4)
      try checkScores(decoder, captions, features, fixture)
      let (loss, gradient) = valueWithGradient(at: decoder) {
        $0.loss(of: captions, describing: features)
      }
      expectClose(loss.reshaped(to: [1]), try fixture["train.loss"], within: 1e-5)
      for parameter in decoder.parameters.map(\.parameter) where parameter.role == .learned {
        expectClose(
          try #require(gradient.tensors[parameter.name]), try fixture["grad.\(parameter.name)"],
          within: 1e-5, "gradient of \(parameter.name)")
      }
    }

    @Test("the norm stabiliser has PyTorch's value and gradients")
    func stabilizer() throws {
      let fixture = try Fixture("captioner_choices")
      let decoder = try tied.reading { try fixture[$0] }
      let captions = PackedCaptions(try TinyCaptioner().captions, describing: Array(0..<4))
      try decoder.checkNorms(
        of: captions, describing: try fixture["features"].slice(0..<4),
        value: try fixture["train.norms"]
      ) { fixture.contains($0) ? try fixture[$0] : nil }
    }

    @Test("tied words are stored once, and change for reading and writing alike")
    func tiedWords() {
      var decoder = tied.randomized(1)
      #expect(
        decoder.parameters.map(\.parameter.name).filter { $0.hasPrefix("word") } == [
          "word_embedding.weight", "word_logits.bias",
        ])
      decoder.wordEmbedding.weight = FormulaWeights.scaled("other", [11, 6])
      #expect(decoder.wordLogits.weight.floats == decoder.wordEmbedding.weight.floats)
      #expect(decoder.vocabularySize == 11)
    }

    private var tied: ShowAndTell<Stacked<GRU>> {
      ShowAndTell(
        cell: Stacked([GRU(inputSize: 6, hiddenSize: 6), GRU(inputSize: 6, hiddenSize: 6)]),
        named: "gru", featureSize: 8, vocabularySize: 11, isTied: true)
    }

    @Test("scores each word as PyTorch does")
    func scores() throws {
      let tiny = try TinyCaptioner()
      let captions = PackedCaptions(try tiny.captions, describing: Array(0..<4))
      try checkScores(tiny.decoder, captions, tiny.features.slice(0..<4), tiny.fixture)
    }

    private func checkScores(
      _ decoder: some WordDecoder, _ captions: PackedCaptions, _ features: Tensor,
      _ fixture: Fixture
    ) throws {
      let scores = logSoftmax(decoder.allLogits(captions, features))
      let expected = try fixture["train.scores"]
      for (step, count) in captions.layout.rowCounts.enumerated() {
        for row in 0..<count {
          let found = scores.slice(
            captions.layout.offsets[step] + row..<captions.layout.offsets[step] + row + 1)
          let caption = captions.order[row]
          expectClose(
            found,
            expected.slice(caption..<caption + 1).slice(step..<step + 1, along: 1)
              .reshaped(to: found.shape), within: 1e-5, "word \(step) of caption \(caption)")
        }
      }
    }

    @Test("step by step it says what it says of all words at once", arguments: 0..<3)
    func stepsAgree(seed: Int) {
      func check<Cell: RecurrentCell>(_ decoder: ShowAndTell<Cell>) {
        let captions = PackedCaptions(
          [[1, 4, 9, 2], [1, 5, 6, 7, 8, 2]].map { $0.map(TokenID.init) }, describing: [1, 0])
        let features = FormulaWeights.scaled("features\(seed)", [2, 8], 2)
        let whole = decoder.allLogits(captions, features)
        var state = decoder.start(features).state.rows(captions.pictures)
        for (t, count) in captions.layout.rowCounts.enumerated() {
          let rows = captions.layout.rows(ofStep: t)
          let (logits, next) = decoder.logits(
            after: Array(captions.inputs[rows]), state.rows(Array(0..<count)), (),
            pictureOfRow: Array(captions.pictures.prefix(count)))
          expectClose(logits, whole.slice(rows), within: 1e-5, "step \(t)")
          state = next
        }
      }
      check(decoder(LSTM.self, "lstm").randomized(seed))
      check(decoder(GRU.self, "gru").randomized(seed))
      check(decoder(RNN.self, "rnn").randomized(seed))
      check(twoLayers.randomized(seed))
    }

    @Test("a batch has the loss and gradients of its captions one by one")
    func padding() throws {
      func check<Cell: RecurrentCell>(_ decoder: ShowAndTell<Cell>) throws {
        let captions = [[1, 4, 9, 2], [1, 2], [1, 5, 6, 7, 8, 10, 3, 2], [1, 5, 4, 2]]
          .map { $0.map(TokenID.init) }
        let features = FormulaWeights.scaled("padded", [4, 8], 2)
        let (loss, gradient) = valueWithGradient(at: decoder) {
          $0.loss(of: PackedCaptions(captions, describing: Array(0..<4)), describing: features)
        }
        // The mean is over words, so each caption counts by its length.
        let total = Float(captions.reduce(0) { $0 + $1.count - 1 })
        let alone = captions.enumerated().map { row, caption in
          valueWithGradient(at: decoder) {
            $0.loss(
              of: PackedCaptions([caption], describing: [0]),
              describing: features.slice(row..<row + 1))
              * (Float(caption.count - 1) / total)
          }
        }
        let losses = alone.reduce(0) { $0 + $1.loss.scalar }
        #expect(abs(loss.scalar - losses) < 1e-5)
        for (name, whole) in gradient.tensors {
          let parts = alone.compactMap { $0.gradient.tensors[name] }
          try #require(parts.count == 4)
          expectClose(
            whole, parts.dropFirst().reduce(parts[0], +), within: 1e-5, "gradient of \(name)")
        }
      }
      try check(decoder(LSTM.self, "lstm").randomized(1))
      try check(decoder(GRU.self, "gru").randomized(2))
      try check(decoder(RNN.self, "rnn").randomized(3))
      try check(twoLayers.randomized(4))
    }

    @Test("several captions of one picture share its features' gradient")
    func sharedPicture() throws {
      let decoder = decoder(GRU.self, "gru").randomized(4)
      let words = [[1, 4, 2], [1, 5, 6, 2], [1, 7, 2]].map { $0.map(TokenID.init) }
      let features = FormulaWeights.scaled("shared", [2, 8], 2)
      let order = [0, 1, 0]
      let shared = valueWithGradient(at: [features]) {
        decoder.loss(of: PackedCaptions(words, describing: order), describing: $0[0])
      }
      let repeated = valueWithGradient(at: [features.rows(order)]) {
        decoder.loss(of: PackedCaptions(words, describing: [0, 1, 2]), describing: $0[0])
      }
      expectClose(shared.value, repeated.value, within: 1e-6)
      let rows = try #require(repeated.gradients[0])
      let sums = Tensor(
        concatenating: [rows.slice(0..<1) + rows.slice(2..<3), rows.slice(1..<2)], along: 0)
      expectClose(try #require(shared.gradients[0]), sums, within: 1e-6)
    }

    @Test("gradients are those of central differences")
    func differences() {
      let captions = PackedCaptions(
        [[1, 4, 2], [1, 5, 6, 2]].map { $0.map(TokenID.init) }, describing: [0, 1])
      let template = ShowAndTell(
        cell: LSTM(inputSize: 3, hiddenSize: 2), named: "lstm", featureSize: 4, vocabularySize: 8
      ).randomized(9)
      let values = template.parameters.map(\.value) + [FormulaWeights.scaled("features", [2, 4])]
      expectGradientsMatch(at: values) { values in
        var decoder = template
        var next = values.makeIterator()
        decoder.updateParameters { _, value in value = next.next() ?? value }
        return decoder.loss(of: captions, describing: values[values.count - 1])
      }
    }

    @Test("dropout changes what is learned from, and is fixed by what the rows are")
    func dropout() {
      let decoder = decoder(LSTM.self, "lstm").randomized(5)
      let captions = PackedCaptions(
        [[1, 4, 9, 2], [1, 5, 6, 2]].map { $0.map(TokenID.init) }, describing: [0, 1])
      let features = FormulaWeights.scaled("dropout", [2, 8], 2)
      func logits(_ rate: Float, epoch: Int) -> [Float] {
        let dropout = SequenceDropout(
          rate: rate, random: SeededRandom(3), epoch: epoch, examples: [17, 4])
        return decoder.allLogits(captions, features, dropout).floats
      }
      let plain = decoder.allLogits(captions, features).floats
      #expect(logits(0, epoch: 1) == plain)
      #expect(logits(0.5, epoch: 1) != plain)
      #expect(logits(0.5, epoch: 1) == logits(0.5, epoch: 1))
      #expect(logits(0.5, epoch: 1) != logits(0.5, epoch: 2))
    }

    @Test("names every parameter once, the cell's under the cell's name")
    func names() {
      #expect(
        decoder(LSTM.self, "lstm").parameters.map(\.parameter.name) == [
          "image_norm.running_mean", "image_norm.running_var", "image_embedding.weight",
          "image_embedding.bias", "word_embedding.weight",
          "lstm.weight_ih_l0", "lstm.weight_hh_l0", "lstm.bias_ih_l0", "lstm.bias_hh_l0",
          "word_logits.weight", "word_logits.bias",
        ])
      let gru = decoder(GRU.self, "gru")
      #expect(gru.parameters[5].parameter.name == "gru.weight_ih_l0")
      #expect(gru.featureSize == 8 && gru.vocabularySize == 12)
    }

    private var twoLayers: ShowAndTell<Stacked<LSTM>> {
      ShowAndTell(
        cell: Stacked(
          [LSTM(inputSize: 6, hiddenSize: 7), LSTM(inputSize: 7, hiddenSize: 7)], isResidual: true),
        named: "lstm", featureSize: 8, vocabularySize: 12)
    }

    private func decoder<Cell: RecurrentLayer>(
      _: Cell.Type, _ name: String
    ) -> ShowAndTell<Cell> {
      ShowAndTell(
        cell: Cell(inputSize: 6, hiddenSize: 7), named: name, featureSize: 8, vocabularySize: 12)
    }
  }

  @Suite("Packed captions")
  struct PackedCaptionsTests {
    @Test("stand by time, the longest first, without padding, and know their targets")
    func layout() {
      let captions = PackedCaptions(
        [[1, 5, 2], [1, 6, 7, 8, 2], [1, 2]].map { $0.map(TokenID.init) }, describing: [4, 9, 4])
      #expect(captions.order == [1, 0, 2] && captions.pictures == [9, 4, 4])
      #expect(captions.layout.rowCounts == [3, 2, 1, 1])
      #expect(captions.inputs.map(\.index) == [1, 1, 1, 6, 5, 7, 8])
      #expect(captions.targets.map(\.index) == [6, 5, 2, 7, 2, 8, 2])
    }

    @Test("may read other words than they say")
    func reading() {
      let captions = PackedCaptions([[1, 5, 2]].map { $0.map(TokenID.init) }, describing: [0])
      let other = captions.reading([TokenID(1), TokenID(7)])
      #expect(other.inputs.map(\.index) == [1, 7] && other.targets == captions.targets)
    }
  }
}

extension WordDecoder {
  /// The scores of every next word, `[N, V]`.
  func allLogits(
    _ captions: PackedCaptions, _ features: Tensor, _ dropout: SequenceDropout? = nil
  ) -> Tensor {
    wordLogits(
      outputs(for: captions, describing: PackedSequence(features), dropout: dropout, in: .float32)
        .output)
  }
}

extension CaptionDecoder {
  /// Compares what changing norms cost with PyTorch, whose `gradient` says nothing of what does not matter.
  func checkNorms(
    of captions: PackedCaptions, describing features: Tensor, value: Tensor,
    _ gradient: (String) throws -> Tensor?
  ) throws {
    func losses(_ decoder: Self) -> CaptionLosses {
      decoder.losses(of: captions, describing: features, costs: .init(normWeight: 0.5))
    }
    let zero = Tensor(0)
    let (cost, found) = valueWithGradient(at: self) { losses($0).norms ?? zero }
    expectClose(cost.reshaped(to: [1]), value * 0.5, within: 1e-5, "what norms cost")
    let all = losses(self)
    #expect(all.total.scalar == all.words.scalar + cost.scalar)
    for parameter in parameters.map(\.parameter) where parameter.role == .learned {
      guard let expected = try gradient("norms.grad.\(parameter.name)") else {
        #expect(found.tensors[parameter.name] == nil, "\(parameter.name)")
        continue
      }
      expectClose(
        try #require(found.tensors[parameter.name]), expected * 0.5, within: 1e-5,
        "gradient of \(parameter.name)")
    }
  }
}

extension TinyCaptioner {
  /// The captions of the fixture, without padding.
  fileprivate var captions: [[TokenID]] {
    get throws {
      try fixture.rows("train.captions").map { row in
        row.map(TokenID.init).filter { $0 != .padding }
      }
    }
  }
}

extension Fixture {
  /// A matrix of whole numbers, row by row.
  fileprivate func rows(_ name: String) throws -> [[Int]] {
    let numbers = try integers(name)
    let columns = try shape(of: name)[1]
    return stride(from: 0, to: numbers.count, by: columns).map {
      Array(numbers[$0..<$0 + columns])
    }
  }
}
