import ImageEncoders
import Layers
import Tensors
import TestSupport
import Testing
import Text

@testable import Captioning

extension CaptioningTests {
  @Suite("Frame classifier")
  struct FrameClassifierTests {
    private static let name = "classify-lstm"
    private let blank = FrameClassifier(
      cell: LSTM(inputSize: 5, hiddenSize: 7), named: "lstm", featureSize: 8, labelCount: 4)
    /// Of two layers, which dropout tells apart.
    private let stacked = FrameClassifier(
      cell: Stacked([GRU(inputSize: 5, hiddenSize: 3), GRU(inputSize: 3, hiddenSize: 3)]),
      named: "gru", featureSize: 8, labelCount: 4)

    /// The fixture's clips, and the label of each.
    private func clips(_ fixture: Fixture) throws -> (features: PackedSequence, labels: [Int]) {
      (
        PackedSequence(
          try fixture["\(Self.name)/features"], counts: try fixture.integers("\(Self.name)/counts")),
        try fixture.integers("\(Self.name)/labels")
      )
    }

    private func classifier(_ fixture: Fixture) throws -> FrameClassifier<LSTM> {
      try blank.reading { try fixture["\(Self.name)/\($0)"] }
    }

    // MARK: Parity

    @Test("has PyTorch's loss and gradients")
    func parity() throws {
      let fixture = try Fixture("video_captioners")
      let (features, labels) = try clips(fixture)
      let classifier = try classifier(fixture)
      let (loss, gradient) = valueWithGradient(at: classifier) {
        $0.losses(ofLabels: labels, describing: features).mean
      }
      expectClose(loss.reshaped(to: [1]), try fixture["\(Self.name)/loss"], within: 1e-5)
      let names = classifier.parameters.map(\.parameter).filter { $0.role == .learned }.map(\.name)
      #expect(names.count == 8)
      for name in names {
        expectClose(
          try #require(gradient.tensors[name]), try fixture["\(Self.name)/grad.\(name)"],
          within: 1e-5, "gradient of \(name)")
      }
      let toFeatures = valueWithGradient(at: [features.values]) {
        classifier.losses(
          ofLabels: labels, describing: PackedSequence($0[0], counts: features.counts)
        ).mean
      }
      expectClose(
        try #require(toFeatures.gradients[0]), try fixture["\(Self.name)/grad.features"],
        within: 1e-5)
    }

    @Test(
      "has PyTorch's probabilities of frames, and of clips, which are the words that come first")
    func probabilities() throws {
      let fixture = try Fixture("video_captioners")
      let (features, _) = try clips(fixture)
      let classifier = try classifier(fixture)
      let ofFrames = try fixture["\(Self.name)/scores"]
      let ofClips = try fixture["\(Self.name)/clip_probabilities"]
      expectClose(
        log(classifier.frameProbabilities(of: features)), ofFrames, within: 1e-5)
      let first = LabelCaptions(of: features, by: classifier).reading(
        [.start, .start, .start], describing: [0, 1, 2])
      let words = exp(first.next).split(sizes: [4, 4], along: 1)
      #expect(words[0].floats.allSatisfy { $0 < 1e-37 })
      expectClose(words[1], ofClips, within: 1e-6)
      // After a label there is nothing more to say.
      let next = first.1.reading([TokenID(5), TokenID(7)], describing: [2, 0]).next
      let end = Tensor([0, 0, 1, 0, 0, 0, 0, 0], shape: [1, 8])
      expectClose(
        exp(next), Tensor(concatenating: [end, end], along: 0), within: 1e-37)

      let labels = classifier.labels(of: features)
      #expect(labels.ofFrames == ofFrames.largest(1).map { $0[0].index })
      #expect(labels.ofClips == ofClips.largest(1).map { $0[0].index })
    }

    // MARK: Gradients

    @Test("gradients are those of central differences, also where a clip has two captions")
    func differences() {
      checkDifferences(blank.randomized(9))
      checkDifferences(stacked.randomized(8))
    }

    private func checkDifferences(_ template: FrameClassifier<some RecurrentCell>) {
      let values =
        template.parameters.map(\.value) + [FormulaWeights.scaled("features", [4, 8], 2)]
      expectGradientsMatch(at: values) { values in
        var classifier = template
        var next = values.makeIterator()
        classifier.updateParameters { _, value in value = next.next() ?? value }
        let features = PackedSequence(values[values.count - 1], counts: [1, 3])
        return classifier.losses(
          ofLabels: [0, 3, 1], describing: features.rows([0, 1, 1]), smoothing: 0.1
        ).mean
      }
    }

    @Test(
      "a clip of several labels counts for each, by its weight, and one without a label for none"
    )
    func severalLabels() {
      let classifier = blank.randomized(3)
      let features = PackedSequence(FormulaWeights.scaled("weighed", [5, 8], 2), counts: [2, 3])
      func loss(_ labels: [Int?], of clips: [Int], _ weights: [Float]? = nil) -> Float {
        classifier.losses(
          ofLabels: labels, describing: features.rows(clips), weights: weights
        ).mean.scalar
      }
      let (a, b, c) = (loss([0], of: [0]), loss([1], of: [1]), loss([2], of: [1]))
      #expect(abs(loss([0, 1, 2], of: [0, 1, 1]) - (2 * a + 3 * b + 3 * c) / 8) < 1e-6)
      #expect(abs(loss([1, 0], of: [1, 0], [0.5, -1]) - (1.5 * b - 2 * a) / 5) < 1e-6)
      #expect(abs(loss([0, nil], of: [0, 1]) - a) < 1e-6)
    }

    @Test("words stand for labels behind the special words, in captions as they are packed")
    func tokens() {
      #expect((0..<6).map { TokenID($0).label } == [nil, nil, nil, nil, 0, 1])
      #expect(TokenID.ofLabel(3) == TokenID(7) && Vocabulary.labelCount(ofWords: 9) == 5)
      let captions = [TokenID(6), .unknown, TokenID(4)].map { [.start, $0, .end] }
      #expect(PackedCaptions(captions, describing: [0, 1, 1]).labels == [2, nil, 0])
    }

    // MARK: Company

    @Test(
      "a batch of clips of different lengths has the loss and gradients of its clips one by one",
      arguments: [nil] + SequenceDropout.Kind.allCases.map(Optional.some))
    func padding(dropout kind: SequenceDropout.Kind?) throws {
      try checkPadding(blank.randomized(1), kind)
      try checkPadding(stacked.randomized(1), kind)
    }

    private func checkPadding(
      _ classifier: FrameClassifier<some RecurrentCell>, _ kind: SequenceDropout.Kind?
    ) throws {
      let (counts, labels) = ([2, 5, 1, 3], [0, 3, 3, 1])
      let frames = FormulaWeights.scaled("padded", [11, 8], 2)
      func cost(
        _ classifier: FrameClassifier<some RecurrentCell>, _ labels: [Int],
        _ features: PackedSequence, _ examples: [Int]
      ) -> Tensor {
        classifier.losses(
          ofLabels: labels, describing: features,
          dropout: kind.map {
            SequenceDropout(
              $0, rate: 0.5, random: SeededRandom(3), epoch: 1, examples: examples)
          }
        ).mean
      }
      let together = valueWithGradient(at: classifier) {
        cost($0, labels, PackedSequence(frames, counts: counts), Array(0..<4))
      }
      let alone = counts.indices.map { clip in
        valueWithGradient(at: classifier) {
          let own = PackedSequence(frames, counts: counts).slice(clip..<clip + 1)
          return cost($0, [labels[clip]], own, [clip]) * (Float(counts[clip]) / 11)
        }
      }
      #expect(abs(together.loss.scalar - alone.reduce(0) { $0 + $1.loss.scalar }) < 1e-5)
      for (name, whole) in together.gradient.tensors {
        let parts = alone.compactMap { $0.gradient.tensors[name] }
        try #require(parts.count == 4)
        expectClose(
          whole, parts.dropFirst().reduce(parts[0], +), within: 1e-5, "gradient of \(name)")
      }
    }

    // MARK: Searching

    @Test(
      "a search finds each label once, the likeliest first, however many captions are asked for",
      arguments: [1, 3, 4, 9], [1, 5])
    func search(width: Int, maximumWords: Int) {
      let classifier = blank.randomized(6)
      let features = PackedSequence(
        FormulaWeights.scaled("searched", [12, 8], 2), counts: [3, 1, 6, 2])
      let search = BeamSearch(width: width, maximumWords: maximumWords)
      func captions(_ features: PackedSequence) -> [[Hypothesis]] {
        search.captions(
          from: LabelCaptions(of: features, by: classifier), pictureCount: features.count)
      }
      let scores = LabelCaptions(of: features, by: classifier).reading(
        Array(repeating: .start, count: 4), describing: [0, 1, 2, 3]
      ).next
      for (clip, found) in captions(features).enumerated() {
        let expected = scores.slice(clip..<clip + 1).largest(min(width, 4))[0]
        let ends: [TokenID] = maximumWords > 1 ? [.end] : []
        #expect(found.map(\.words) == expected.map { [TokenID($0.index)] + ends })
        for (caption, (_, score)) in zip(found, expected) {
          #expect(abs(caption.logProbability - score) < 1e-5)
        }
        let alone = captions(features.slice(clip..<clip + 1))[0]
        #expect(alone.map(\.words) == found.map(\.words))
      }
    }

    @Test("classifiers that work together are as sure as they are in the mean")
    func ensemble() {
      let members = [blank.randomized(4), blank.randomized(5)]
      let features = PackedSequence(FormulaWeights.scaled("shared", [4, 8], 2), counts: [4])
      let starts = members.map { $0.emptyCaptions(of: features) }
      let found = BeamSearch(width: 4, maximumWords: 1).captions(
        from: EnsembleCaptions(members: starts), pictureCount: 1)[0]
      let means = members.map {
        $0.frameProbabilities(of: features).mean(over: [0]).floats
      }
      #expect(found.count == 4)
      for caption in found {
        let label = caption.words[0].index - 4
        let expected = (means[0][label] + means[1][label]) / 2
        #expect(abs(exp(Tensor(caption.logProbability)).scalar - expected) < 1e-6)
      }
    }

    @Test("sampling draws labels only")
    func sampling() {
      let classifier = blank.randomized(6)
      let features = PackedSequence(FormulaWeights.scaled("drawn", [3, 8], 2), counts: [3])
      let drawn = SampledSearch(count: 300, temperature: 2, maximumWords: 3, seed: 1)
        .captions(from: LabelCaptions(of: features, by: classifier), numbers: [0])[0]
      #expect(drawn.allSatisfy { $0.words.count == 2 && $0.words[0].index > 3 && $0.isFinished })
      #expect(Set(drawn.map(\.words)).count == 4)
    }

    @Test("what it says depends on the order of frames")
    func order() {
      let classifier = blank.randomized(2)
      let frames = FormulaWeights.scaled("ordered", [5, 8], 2)
      func probabilities(_ frames: Tensor) -> Tensor {
        classifier.frameProbabilities(of: PackedSequence(frames, counts: [5]))
          .mean(over: [0])
      }
      let difference = probabilities(frames) - probabilities(frames.rows([4, 3, 2, 1, 0]))
      #expect(difference.sumOfSquares > 1e-6)
    }
  }
}
