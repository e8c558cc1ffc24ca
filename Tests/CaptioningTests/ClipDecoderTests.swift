import Captioning
import ImageEncoders
import Layers
import Tensors
import TestSupport
import Testing
import Text

extension CaptioningTests {
  /// S2VT, LRCN, temporal attention and the mean of frames, over clips of different numbers of frames.
  @Suite("Decoders of clips")
  struct ClipDecoderTests {
    static let s2vt = [
      ClipDecoder("s2vt-lstm", DecoderConfiguration(Configured(.s2vt), layers: 2)),
      ClipDecoder("s2vt-gru", DecoderConfiguration(Configured(.s2vt), cell: .gru, layers: 2)),
    ]
    private static let unfactored = DecoderType.lrcn.with(DecoderType.isFactored, false)
    static let lrcn = [
      ClipDecoder(
        "lrcn-1", DecoderConfiguration(unfactored, layers: 1)),
      ClipDecoder(
        "lrcn-unfactored",
        DecoderConfiguration(unfactored, layers: 2)),
      ClipDecoder(
        "lrcn-factored", DecoderConfiguration(Configured(.lrcn), layers: 2)),
      ClipDecoder(
        "lrcn-gru-factored",
        DecoderConfiguration(Configured(.lrcn), cell: .gru, layers: 2)),
    ]
    static let temporal = [
      ClipDecoder(
        "temporal-lstm",
        DecoderConfiguration(
          DecoderType.temporalAttention.with(annotationSize: 6, attentionSize: 4), layers: 1))
    ]
    static let all = s2vt + lrcn + temporal

    // MARK: Parity

    @Test("have PyTorch's loss and gradients", arguments: all)
    func parity(decoder: ClipDecoder) throws {
      try checkParity(decoder.blank, decoder)
    }

    private func checkParity(_ blank: some CaptionDecoder, _ decoder: ClipDecoder) throws {
      let fixture = try Fixture("video_captioners")
      let name = decoder.name
      let read = try blank.reading { try fixture["\(name)/\($0)"] }
      let features = try fixture["\(name)/features"]
      let (captions, counts) = try (
        decoder.captions(in: fixture), fixture.integers("\(name)/counts")
      )
      let (loss, gradient) = valueWithGradient(at: read) {
        $0.cost(of: captions, describing: clips(features, counts, for: $0))
      }
      expectClose(loss.reshaped(to: [1]), try fixture["\(name)/loss"], within: 1e-5)
      for parameter in read.parameters.map(\.parameter) where parameter.role == .learned {
        let expected = try fixture["\(name)/grad.\(parameter.name)"]
        let found = try #require(gradient.tensors[parameter.name])
        expectClose(found, expected, within: 1e-5, "\(name), gradient of \(parameter.name)")
        #expect(expected.sumOfSquares > 1e-7, "\(parameter.name) learns nothing here")
      }
      let toFeatures = valueWithGradient(at: [features]) {
        read.cost(of: captions, describing: clips($0[0], counts, for: read))
      }
      expectClose(
        try #require(toFeatures.gradients[0]), try fixture["\(name)/grad.features"],
        within: 1e-5)
    }

    @Test("say step by step what they say all at once, which is what PyTorch says", arguments: all)
    func steps(decoder: ClipDecoder) throws {
      let blank = try #require(decoder.blank as? any WordDecoder)
      try checkSteps(blank, decoder)
    }

    private func checkSteps<Decoder: WordDecoder>(
      _ blank: Decoder, _ decoder: ClipDecoder
    ) throws {
      let fixture = try Fixture("video_captioners")
      let read = try blank.reading { try fixture["\(decoder.name)/\($0)"] }
      let captions = try decoder.captions(in: fixture)
      let features = clips(
        try fixture["\(decoder.name)/features"],
        try fixture.integers("\(decoder.name)/counts"), for: read)
      let whole = logSoftmax(
        read.wordLogits(
          read.outputs(for: captions, describing: features, dropout: nil, in: .float32).output))
      let scores = try fixture["\(decoder.name)/scores"]
      let attention =
        decoder.attends ? try fixture["\(decoder.name)/attention"] : nil
      var (context, state) = read.start(features)
      state = state.rows(captions.pictures)
      for (t, count) in captions.layout.rowCounts.enumerated() {
        let rows = captions.layout.rows(ofStep: t)
        let step = read.step(
          Array(captions.inputs[rows]), state.rows(Array(0..<count)), context,
          pictureOfRow: Array(captions.pictures.prefix(count)), in: .float32)
        state = step.state
        let found = logSoftmax(read.wordLogits(step.output))
        expectClose(found, whole.slice(rows), within: 1e-5, "step \(t), and all steps at once")
        func expected(_ x: Tensor) -> Tensor {
          x.rows(Array(captions.order.prefix(count))).slice(t..<t + 1, along: 1)
            .reshaped(to: [count, -1])
        }
        expectClose(found, expected(scores), within: 1e-5, "scores of step \(t)")
        if let attention {
          expectClose(try #require(step.attention), expected(attention), within: 1e-5)
        }
      }
    }

    @Test("gradients are those of central differences", arguments: all)
    func differences(decoder: ClipDecoder) {
      checkDifferences(decoder.sized(embedding: 3, hidden: 2).randomized(9))
    }

    private func checkDifferences(_ template: some CaptionDecoder) {
      let captions = PackedCaptions(
        [[1, 4, 2], [1, 5, 6, 2], [1, 4, 2]].map { $0.map(TokenID.init) },
        describing: [0, 1, 1])
      let features = FormulaWeights.scaled("features", [4, 8], 2)
      let values = template.parameters.map(\.value) + [features]
      expectGradientsMatch(at: values) { values in
        var decoder = template
        var next = values.makeIterator()
        decoder.updateParameters { _, value in value = next.next() ?? value }
        return decoder.cost(
          of: captions, describing: clips(values[values.count - 1], [1, 3], for: decoder))
      }
    }

    // MARK: Company

    @Test(
      "a batch of clips of different lengths has the loss and gradients of its clips one by one",
      arguments: all, [nil] + SequenceDropout.Kind.allCases.map(Optional.some))
    func padding(decoder: ClipDecoder, dropout kind: SequenceDropout.Kind?) throws {
      try checkPadding(decoder.blank.randomized(1), kind)
    }

    private func checkPadding(
      _ decoder: some CaptionDecoder, _ kind: SequenceDropout.Kind?
    ) throws {
      let counts = [2, 5, 1, 3]
      let captions = [[1, 4, 9, 2], [1, 2], [1, 5, 6, 7, 8, 10, 3, 2], [1, 5, 4, 2]]
        .map { $0.map(TokenID.init) }
      let frames = FormulaWeights.scaled("padded", [11, 8], 2)
      func cost(
        _ decoder: some CaptionDecoder, _ captions: PackedCaptions, _ features: PackedSequence,
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
      let (loss, gradient) = valueWithGradient(at: decoder) {
        cost(
          $0, PackedCaptions(captions, describing: Array(0..<4)), clips(frames, counts, for: $0),
          Array(0..<4))
      }
      let total = Float(captions.reduce(0) { $0 + $1.count - 1 })
      let starts = counts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
      let alone = captions.enumerated().map { row, caption in
        valueWithGradient(at: decoder) {
          let own = clips(frames.slice(starts[row]..<starts[row + 1]), [counts[row]], for: $0)
          return cost($0, PackedCaptions([caption], describing: [0]), own, [row])
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

    @Test("each clip has its own captions, whatever clips are beside it", arguments: all)
    func search(decoder: ClipDecoder) {
      checkSearch(decoder.blank.randomized(6))
    }

    private func checkSearch(_ decoder: some CaptionDecoder) {
      let counts = [3, 1, 6, 2]
      let features = clips(FormulaWeights.scaled("searched", [12, 8], 2), counts, for: decoder)
      let search = BeamSearch(width: 3, maximumWords: 9)
      let together = search.captions(of: features, by: decoder)
      for clip in counts.indices {
        let alone = search.captions(of: features.slice(clip..<clip + 1), by: decoder)
        #expect(alone[0].map(\.words) == together[clip].map(\.words))
      }
    }

    // MARK: Order

    @Test("what S2VT says depends on the order of frames; of their mean it cannot")
    func order() {
      let frames = FormulaWeights.scaled("ordered", [5, 8], 2)
      let reversed = frames.rows([4, 3, 2, 1, 0])
      for decoder in Self.s2vt {
        #expect(difference(decoder.blank.randomized(2), frames, reversed) > 1e-3)
      }
      for decoder in Self.lrcn {
        #expect(difference(decoder.blank.randomized(2), frames, reversed) < 1e-9)
      }
    }

    private func difference(
      _ decoder: some CaptionDecoder, _ one: Tensor, _ other: Tensor
    ) -> Double {
      func logits(_ frames: Tensor) -> Tensor {
        let (context, state) = decoder.start(clips(frames, [5], for: decoder))
        return decoder.logits(after: [.start], state, context, pictureOfRow: [0]).logits
      }
      return (logits(one) - logits(other)).sumOfSquares
    }

    @Test("the features of a clip are its frames, their mean, or the mean of their maps")
    func joining() {
      let frames = FormulaWeights.scaled("frames", [3, 4])
      let pictures = PackedSequence(frames)
      let kept = pictures.joined(intoClipsOf: [2, 1], for: .frames)
      #expect(kept.values.floats == frames.floats && kept.counts == [2, 1])
      let means = pictures.joined(intoClipsOf: [2, 1], for: .pooled)
      let first = (frames.slice(0..<1) + frames.slice(1..<2)) * 0.5
      expectClose(
        means.values, Tensor(concatenating: [first, frames.slice(2..<3)], along: 0), within: 1e-6)
      let maps = FormulaWeights.scaled("maps", [3, 2, 4])
      let joined = PackedSequence(maps).joined(intoClipsOf: [1, 2], for: .positions)
      #expect(joined.counts == [2, 2] && joined.grids == nil)
      let second = (maps.slice(1..<2) + maps.slice(2..<3)) * 0.5
      expectClose(
        joined.slice(1..<2).values, second.reshaped(to: [2, 4]), within: 1e-6)
      let onGrid = PackedSequence(maps.reshaped(to: [3, 1, 2, 4]))
        .joined(intoClipsOf: [1, 2], for: .positions)
      #expect(onGrid.values.floats == joined.values.floats)
      #expect(onGrid.grids == Array(repeating: .init(height: 1, width: 2), count: 2))
    }
  }
}

/// A decoder of clips in small.
struct ClipDecoder: Sendable, CustomTestStringConvertible {
  /// As the fixture calls it.
  let name: String
  private let configuration: DecoderConfiguration

  init(_ name: String, _ configuration: DecoderConfiguration) {
    (self.name, self.configuration) = (name, configuration)
  }

  var testDescription: String { name }
  var attends: Bool { name.hasPrefix("temporal") }

  /// Of the fixture's sizes.
  var blank: any CaptionDecoder { sized(embedding: 5, hidden: 7) }

  func sized(embedding: Int, hidden: Int) -> any CaptionDecoder {
    var configuration = configuration
    (configuration.embeddingSize, configuration.hiddenSize) = (embedding, hidden)
    return configuration.makeDecoder(featureSize: 8, vocabularySize: 11).captionDecoder
  }

  func captions(in fixture: Fixture) throws -> PackedCaptions {
    let words = try fixture.integers("\(name)/captions").map { TokenID($0) }
    let captions = stride(from: 0, to: words.count, by: 7).map { start in
      Array(words[start..<start + 7].prefix { $0 != .padding })
    }
    return PackedCaptions(captions, describing: try fixture.integers("\(name)/pictures"))
  }
}

/// Returns the inputs of `decoder` for clips with these frames, `[N, F]`.
private func clips(
  _ frames: Tensor, _ counts: [Int], for decoder: some CaptionDecoder
) -> PackedSequence {
  PackedSequence(frames).joined(intoClipsOf: counts, for: decoder.featureKind)
}

extension DecoderConfiguration {
  fileprivate init(_ type: Configured<DecoderType>, cell: CellType = .lstm, layers: Int) {
    self.init(type, cell: Configured(cell), embeddingSize: 5, hiddenSize: 7)
    layerCount = layers
  }
}

extension CaptionDecoder {
  /// Words and coverage together, as the fixture has them.
  fileprivate func cost(
    of captions: PackedCaptions, describing features: PackedSequence,
    dropout: SequenceDropout? = nil
  ) -> Tensor {
    losses(
      of: captions, describing: features, dropout: dropout, costs: .init(coverageWeight: 1)
    ).total
  }
}
