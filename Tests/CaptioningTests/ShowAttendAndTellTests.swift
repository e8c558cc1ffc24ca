import Captioning
import Layers
import Tensors
import TestSupport
import Testing
import Text

extension CaptioningTests {
  @Suite("Show, Attend and Tell")
  struct ShowAttendAndTellTests {
    @Test("has PyTorch's scores, attention, loss and gradients, with any cell")
    func parity() throws {
      try checkParity("lstm", decoder(lstm, "lstm"))
      try checkParity("gru", decoder(gru, "gru"))
    }

    @Test("has PyTorch's with two layers, of which the upper one looks")
    func layers() throws {
      try checkParity("lstm-2", decoder(twoLayers, "lstm"))
    }

    @Test("has PyTorch's with tied words")
    func tied() throws {
      try checkParity("gru-tied", decoder(gru, "gru", isTied: true))
    }

    @Test("the norm stabiliser has PyTorch's value and gradients")
    func stabilizer() throws {
      let fixture = try Fixture("attention_captioner")
      let decoder = try decoder(gru, "gru", isTied: true).reading { try fixture["gru-tied/\($0)"] }
      let packed = try captions(of: "gru-tied", in: fixture)
      try decoder.checkNorms(
        of: packed, describing: try fixture["gru-tied/features"],
        value: try fixture["gru-tied/norms"]
      ) { fixture.contains("gru-tied/\($0)") ? try fixture["gru-tied/\($0)"] : nil }
    }

    private func checkParity(_ name: String, _ blank: ShowAttendAndTell<some RecurrentCell>) throws
    {
      let fixture = try Fixture("attention_captioner")
      let decoder = try blank.reading { try fixture["\(name)/\($0)"] }
      let features = try fixture["\(name)/features"]
      let packed = try captions(of: name, in: fixture)

      let (loss, gradient) = valueWithGradient(at: decoder) {
        $0.cost(of: packed, describing: features)
      }
      expectClose(loss.reshaped(to: [1]), try fixture["\(name)/loss"], within: 1e-5)
      for parameter in decoder.parameters.map(\.parameter) where parameter.role == .learned {
        let expected = try fixture["\(name)/grad.\(parameter.name)"]
        let found = try #require(gradient.tensors[parameter.name])
        expectClose(found, expected, within: 1e-5, "\(name), gradient of \(parameter.name)")
        #expect(expected.sumOfSquares > 1e-7, "\(parameter.name) learns nothing here")
      }
      let toFeatures = valueWithGradient(at: [features]) {
        decoder.cost(of: packed, describing: $0[0])
      }
      expectClose(
        try #require(toFeatures.gradients[0]), try fixture["\(name)/grad.features"], within: 1e-5)
      try checkSteps(decoder, packed, features, fixture, name)
    }

    private func captions(of name: String, in fixture: Fixture) throws -> PackedCaptions {
      let words = try fixture.integers("\(name)/captions").map { TokenID($0) }
      let captions = stride(from: 0, to: words.count, by: 7).map { start in
        Array(words[start..<start + 7].prefix { $0 != .padding })
      }
      return PackedCaptions(captions, describing: try fixture.integers("\(name)/pictures"))
    }

    private func checkSteps<Decoder: WordDecoder>(
      _ decoder: Decoder, _ captions: PackedCaptions, _ features: Tensor, _ fixture: Fixture,
      _ name: String
    ) throws {
      let (scores, attention) = (
        try fixture["\(name)/scores"], try fixture["\(name)/attention"]
      )
      let whole = logSoftmax(decoder.allLogits(captions, features))
      var (context, state) = decoder.start(features)
      state = state.rows(captions.pictures)
      for (t, count) in captions.layout.rowCounts.enumerated() {
        let rows = captions.layout.rows(ofStep: t)
        let step = decoder.step(
          Array(captions.inputs[rows]), state.rows(Array(0..<count)), context,
          pictureOfRow: Array(captions.pictures.prefix(count)), in: .float32)
        state = step.state
        let found = logSoftmax(decoder.wordLogits(step.output))
        expectClose(found, whole.slice(rows), within: 1e-5, "step \(t), and all steps at once")
        let order = Array(captions.order.prefix(count))
        func expected(_ x: Tensor) -> Tensor {
          x.rows(order).slice(t..<t + 1, along: 1).reshaped(to: [count, -1])
        }
        expectClose(found, expected(scores), within: 1e-5, "scores of step \(t)")
        let seen = try #require(step.attention)
        expectClose(seen, expected(attention), within: 1e-5, "attention of step \(t)")
        expectClose(seen.sum(over: [1]), Tensor(repeating: 1, shape: [count]), within: 1e-6)
      }
    }

    @Test("gradients are those of central differences, the coverage's too")
    func differences() {
      checkDifferences(LSTM(inputSize: 5, hiddenSize: 2))
      checkDifferences(
        Stacked(
          [GRU(inputSize: 5, hiddenSize: 2), GRU(inputSize: 2, hiddenSize: 2)], isResidual: true))
    }

    private func checkDifferences(_ cell: some RecurrentCell) {
      let captions = PackedCaptions(
        [[1, 4, 2], [1, 5, 6, 2], [1, 4, 2]].map { $0.map(TokenID.init) }, describing: [0, 1, 1])
      let template = ShowAttendAndTell(
        cell: cell, named: "cell", annotationSize: 3, attentionSize: 2, featureSize: 4,
        vocabularySize: 8
      ).randomized(9)
      let features = FormulaWeights.scaled("features", [2, 3, 4])
      let values = template.parameters.map(\.value) + [features]
      expectGradientsMatch(at: values) { values in
        var decoder = template
        var next = values.makeIterator()
        decoder.updateParameters { _, value in value = next.next() ?? value }
        return decoder.cost(of: captions, describing: values[values.count - 1])
      }
    }

    @Test("a batch has the loss and gradients of its captions one by one")
    func padding() throws {
      try checkPadding(decoder(lstm, "lstm"), nil)
      try checkPadding(decoder(twoLayers, "lstm"), nil)
    }

    @Test(
      "and so it does whatever is left out while learning", arguments: SequenceDropout.Kind.allCases
    )
    func paddingWithDropout(kind: SequenceDropout.Kind) throws {
      for decoder in [decoder(lstm, "lstm"), decoder(twoLayers, "lstm")] as [any CaptionDecoder] {
        try checkPadding(decoder, kind)
      }
    }

    private func checkPadding(
      _ decoder: some CaptionDecoder, _ kind: SequenceDropout.Kind?
    ) throws {
      let decoder = decoder.randomized(1)
      func cost(
        _ decoder: some CaptionDecoder, _ captions: PackedCaptions, _ features: Tensor,
        _ examples: [Int]
      ) -> Tensor {
        decoder.cost(
          of: captions, describing: features,
          dropout: kind.map {
            SequenceDropout(
              $0, rate: 0.5, random: SeededRandom(3), epoch: 1,
              examples: captions.order.map { examples[$0] })
          })
      }
      let captions = [[1, 4, 9, 2], [1, 2], [1, 5, 6, 7, 8, 10, 3, 2], [1, 5, 4, 2]]
        .map { $0.map(TokenID.init) }
      let features = FormulaWeights.scaled("padded", [4, 5, 8], 2)
      let (loss, gradient) = valueWithGradient(at: decoder) {
        cost($0, PackedCaptions(captions, describing: Array(0..<4)), features, Array(0..<4))
      }
      let total = Float(captions.reduce(0) { $0 + $1.count - 1 })
      let alone = captions.enumerated().map { row, caption in
        valueWithGradient(at: decoder) {
          cost($0, PackedCaptions([caption], describing: [0]), features.slice(row..<row + 1), [row])
            * (Float(caption.count - 1) / total)
        }
      }
      #expect(abs(loss.scalar - alone.reduce(0) { $0 + $1.loss.scalar }) < 1e-5)
      for (name, whole) in gradient.tensors {
        let parts = alone.compactMap { $0.gradient.tensors[name] }
        try #require(parts.count == 4)
        expectClose(
          whole, parts.dropFirst().reduce(parts[0], +), within: 1e-5, "gradient of \(name)")
      }
    }

    @Test("what it says does not depend on where things are; where it looks does")
    func shifted() throws {
      let decoder = decoder(gru, "gru").randomized(3)
      let features = FormulaWeights.scaled("shifted", [2, 6, 8], 2)
      let shifted = Tensor(
        concatenating: [features.slice(4..<6, along: 1), features.slice(0..<4, along: 1)],
        along: 1)
      func read(_ features: Tensor) throws -> (logits: Tensor, attention: Tensor) {
        let (context, state) = decoder.start(features)
        let step = decoder.step(
          [TokenID(1), TokenID(5)], state, context, pictureOfRow: [0, 1], in: .float32)
        return (decoder.wordLogits(step.output), try #require(step.attention))
      }
      let (here, there) = (try read(features), try read(shifted))
      expectClose(here.logits, there.logits, within: 1e-5)
      let moved = Tensor(
        concatenating: [
          here.attention.slice(4..<6, along: 1), here.attention.slice(0..<4, along: 1),
        ], along: 1)
      expectClose(there.attention, moved, within: 1e-5)
      #expect(here.attention.floats != there.attention.floats)
    }

    @Test("beam search of width 1 is greedy, and pictures do not mind each other's company")
    func search() throws {
      try checkSearch(decoder(lstm, "lstm"))
      try checkSearch(decoder(twoLayers, "lstm"))
    }

    private func checkSearch(_ decoder: some CaptionDecoder) throws {
      let decoder = decoder.randomized(6)
      let features = FormulaWeights.scaled("searched", [5, 4, 8], 2)
      let together = BeamSearch(width: 3, maximumWords: 9).captions(of: features, by: decoder)
      for picture in 0..<5 {
        let alone = BeamSearch(width: 3, maximumWords: 9)
          .captions(of: features.slice(picture..<picture + 1), by: decoder)
        #expect(alone[0].map(\.words) == together[picture].map(\.words))
      }
      let greedy = BeamSearch(width: 1, maximumWords: 9).captions(of: features, by: decoder)
      for (picture, captions) in greedy.enumerated() {
        var (context, state) = decoder.start(features.slice(picture..<picture + 1))
        var words = [TokenID.start]
        while words.count <= 9, words.last != .end {
          let (logits, next) = decoder.logits(
            after: [words[words.count - 1]], state, context, pictureOfRow: [0])
          let best = logits.largest(4)[0].map { TokenID($0.index) }
            .first { $0 == .end || $0 > .unknown }
          words.append(try #require(best))
          state = next
        }
        #expect(captions[0].words == Array(words.dropFirst()))
      }
    }

    // Cells of the fixture's sizes.
    private let lstm = LSTM(inputSize: 11, hiddenSize: 7)
    private let gru = GRU(inputSize: 11, hiddenSize: 7)
    private let twoLayers = Stacked([
      LSTM(inputSize: 11, hiddenSize: 7), LSTM(inputSize: 7, hiddenSize: 7),
    ])

    /// A decoder of the fixture's sizes.
    private func decoder<Cell: RecurrentCell>(
      _ cell: Cell, _ name: String, isTied: Bool = false
    ) -> ShowAttendAndTell<Cell> {
      ShowAttendAndTell(
        cell: cell, named: name, annotationSize: 6, attentionSize: 4, featureSize: 8,
        vocabularySize: 11, isTied: isTied)
    }
  }
}

extension CaptionDecoder {
  /// Words and coverage together, as the fixture has them.
  fileprivate func cost(
    of captions: PackedCaptions, describing features: Tensor, dropout: SequenceDropout? = nil
  ) -> Tensor {
    losses(
      of: captions, describing: features, dropout: dropout, costs: .init(coverageWeight: 1)
    ).total
  }
}
