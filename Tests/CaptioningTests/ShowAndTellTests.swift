import Captioning
import Layers
import Tensors
import TestSupport
import Testing
import Text

extension CaptioningTests {
  @Suite("Show and Tell")
  struct ShowAndTellTests {
    @Test("has PyTorch's loss and gradients for padded captions")
    func parity() throws {
      let tiny = try TinyCaptioner()
      let captions = PaddedCaptions(
        try tiny.fixture.rows("train.captions").map { row in
          row.map(TokenID.init).filter { $0 != .padding }
        })
      let features = tiny.features.slice(0..<4)
      let (loss, gradient) = valueWithGradient(at: tiny.decoder) { decoder in
        decoder.loss(captions, features)
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
      let toFeatures = valueWithGradient(at: [features]) { tiny.decoder.loss(captions, $0[0]) }
      expectClose(
        try #require(toFeatures.gradients[0]), try tiny.fixture["grad.features"], within: 1e-5)
    }

    @Test("scores each word as PyTorch does")
    func scores() throws {
      let tiny = try TinyCaptioner()
      let rows = try tiny.fixture.rows("train.captions")
      let captions = PaddedCaptions(rows.map { $0.map(TokenID.init) })
      let scores = logSoftmax(
        tiny.decoder.logits(
          for: captions, describing: tiny.features.slice(0..<4), pictureOfRow: [0, 1, 2, 3],
          dropout: nil))
      // PyTorch's fixture is batch first.
      expectClose(scores.transposed(), try tiny.fixture["train.scores"], within: 1e-5)
    }

    @Test("step by step it says what it says of all words at once", arguments: 0..<3)
    func stepsAgree(seed: Int) {
      func check<Cell: RecurrentCell>(_ decoder: ShowAndTell<Cell>) {
        let captions = PaddedCaptions(
          [[1, 4, 9, 2], [1, 5, 6, 7, 8, 2]].map { $0.map(TokenID.init) })
        let features = FormulaWeights.scaled("features\(seed)", [2, 8], 2)
        let order = [1, 0]
        let whole = decoder.logits(
          for: captions, describing: features, pictureOfRow: order, dropout: nil)
        var state = decoder.start(features).state.rows(order)
        for (t, words) in captions.inputs.enumerated() {
          let (logits, next) = decoder.step(words, state, (), pictureOfRow: order)
          expectClose(
            logits, whole.slice(t..<t + 1).reshaped(to: logits.shape), within: 1e-5, "step \(t)")
          state = next
        }
      }
      check(decoder(LSTM.self, "lstm").randomized(seed))
      check(decoder(GRU.self, "gru").randomized(seed))
      check(decoder(RNN.self, "rnn").randomized(seed))
    }

    @Test("a padded batch has the loss and gradients of its captions one by one")
    func padding() throws {
      func check<Cell: RecurrentCell>(_ decoder: ShowAndTell<Cell>) throws {
        let captions = [[1, 4, 9, 2], [1, 2], [1, 5, 6, 7, 8, 10, 3, 2], [1, 5, 4, 2]]
          .map { $0.map(TokenID.init) }
        let features = FormulaWeights.scaled("padded", [4, 8], 2)
        let (loss, gradient) = valueWithGradient(at: decoder) {
          $0.loss(PaddedCaptions(captions), features)
        }
        // The mean is over words, so each caption counts by its length.
        let total = Float(captions.reduce(0) { $0 + $1.count - 1 })
        let alone = captions.enumerated().map { row, caption in
          valueWithGradient(at: decoder) {
            $0.loss(PaddedCaptions([caption]), features.slice(row..<row + 1))
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
    }

    @Test("several captions of one picture share its features' gradient")
    func sharedPicture() throws {
      let decoder = decoder(GRU.self, "gru").randomized(4)
      let captions = PaddedCaptions(
        [[1, 4, 2], [1, 5, 6, 2], [1, 7, 2]].map { $0.map(TokenID.init) })
      let features = FormulaWeights.scaled("shared", [2, 8], 2)
      let order = [0, 1, 0]
      let shared = valueWithGradient(at: [features]) {
        decoder.loss(captions, $0[0], pictureOfRow: order)
      }
      let repeated = valueWithGradient(at: [features.rows(order)]) { decoder.loss(captions, $0[0]) }
      expectClose(shared.value, repeated.value, within: 1e-6)
      let rows = try #require(repeated.gradients[0])
      let sums = Tensor(
        concatenating: [rows.slice(0..<1) + rows.slice(2..<3), rows.slice(1..<2)], along: 0)
      expectClose(try #require(shared.gradients[0]), sums, within: 1e-6)
    }

    @Test("gradients are those of central differences")
    func differences() {
      let captions = PaddedCaptions([[1, 4, 2], [1, 5, 6, 2]].map { $0.map(TokenID.init) })
      let template = ShowAndTell(
        cell: LSTM(inputSize: 3, hiddenSize: 2), named: "lstm", featureSize: 4, vocabularySize: 8
      ).randomized(9)
      let values = template.parameters.map(\.value) + [FormulaWeights.scaled("features", [2, 4])]
      expectGradientsMatch(at: values) { values in
        var decoder = template
        var next = values.makeIterator()
        decoder.updateParameters { _, value in value = next.next() ?? value }
        return decoder.loss(captions, values[values.count - 1])
      }
    }

    @Test("dropout changes what is learned from, and is fixed by what the rows are")
    func dropout() {
      let decoder = decoder(LSTM.self, "lstm").randomized(5)
      let captions = PaddedCaptions([[1, 4, 9, 2], [1, 5, 6, 2]].map { $0.map(TokenID.init) })
      let features = FormulaWeights.scaled("dropout", [2, 8], 2)
      func logits(_ rate: Float, epoch: Int) -> [Float] {
        let dropout = SequenceDropout(
          rate: rate, random: SeededRandom(3), epoch: epoch, examples: [17, 4])
        return decoder.logits(
          for: captions, describing: features, pictureOfRow: [0, 1], dropout: dropout
        ).floats
      }
      let plain = decoder.logits(
        for: captions, describing: features, pictureOfRow: [0, 1], dropout: nil
      ).floats
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

    private func decoder<Cell: RecurrentCell>(
      _: Cell.Type, _ name: String
    ) -> ShowAndTell<Cell> {
      ShowAndTell(
        cell: Cell(inputSize: 6, hiddenSize: 7), named: name, featureSize: 8, vocabularySize: 12)
    }
  }

  @Suite("Padded captions")
  struct PaddedCaptionsTests {
    @Test("stand by time, the shorter ones padded, and know their targets")
    func layout() {
      let captions = PaddedCaptions([[1, 5, 2], [1, 6, 7, 2]].map { $0.map(TokenID.init) })
      #expect(captions.words.map { $0.map(\.index) } == [[1, 1], [5, 6], [2, 7], [0, 2]])
      #expect(captions.inputs.map { $0.map(\.index) } == [[1, 1], [5, 6], [2, 7]])
      #expect(captions.targets.map { $0.map(\.index) } == [[5, 6], [2, 7], [0, 2]])
      #expect(captions.targetCount == 5)
    }
  }
}

extension CaptionDecoder {
  /// The mean over words of `-log p`, in nats.
  fileprivate func loss(
    _ captions: PaddedCaptions, _ features: Tensor, pictureOfRow: [Int]? = nil
  ) -> Tensor {
    let rows = pictureOfRow ?? Array(0..<features.shape[0])
    return crossEntropy(
      logits(for: captions, describing: features, pictureOfRow: rows, dropout: nil),
      captions.targets.joined().map { Int32($0.index) }, ignoring: Int32(TokenID.padding.index))
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
