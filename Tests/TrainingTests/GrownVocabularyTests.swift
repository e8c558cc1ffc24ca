import Captioning
import Layers
import Tensors
import TestSupport
import Testing
import Text

@testable import Training

@Suite("A vocabulary that grows")
struct GrownVocabularyTests {
  static let vocabulary = Vocabulary(words: ["a", "dog", "runs"])

  @Test(
    "old words keep their numbers, however rare they are; new ones follow, the frequent ones first")
  func words() {
    let counts = WordCounts(counting: [
      ["a", "zebra", "runs"], ["a", "yak", "runs"], ["a", "zebra", "eats"], ["a", "yak"],
      ["zebra"], ["<unk>", "<unk>"],
    ])
    let grown = Self.vocabulary.growing(by: counts, minimumCount: 2)
    #expect(
      (0..<grown.count).map { grown.word(TokenID($0)) } == [
        "<pad>", "<bos>", "<eos>", "<unk>", "a", "dog", "runs", "zebra", "yak",
      ])
    #expect(Self.vocabulary.growing(by: counts, minimumCount: 4) == Self.vocabulary)
    #expect(Self.vocabulary.growing(by: WordCounts(), minimumCount: 1) == Self.vocabulary)
  }

  private static let tied = {
    var decoder = DecoderConfiguration(embeddingSize: 6, hiddenSize: 6)
    decoder.isTied = true
    return decoder
  }()
  private static let decoders: [DecoderConfiguration] = [
    .init(embeddingSize: 6, hiddenSize: 8), tied,
    {
      var decoder = DecoderConfiguration(
        DecoderType.lrcn.with(DecoderType.isFactored, false), cell: Configured(.gru),
        embeddingSize: 6, hiddenSize: 8)
      decoder.layerCount = 1
      return decoder
    }(),
    .init(
      DecoderType.showAttendTell.with(annotationSize: 5, attentionSize: 4), embeddingSize: 6,
      hiddenSize: 8),
    .init(
      DecoderType.temporalAttention.with(annotationSize: 5, attentionSize: 4), embeddingSize: 6,
      hiddenSize: 8),
    .init(.s2vt, embeddingSize: 6, hiddenSize: 8),
    .init(.frameClassifier, cell: .rnn, embeddingSize: 6, hiddenSize: 8),
  ]

  private func drawn(
    _ decoder: DecoderConfiguration, wordCount: Int, seed: UInt64
  ) -> any VisualDecoder {
    var random = SeededGenerator(seed: seed)
    var drawn = decoder.makeDecoder(featureSize: 10, vocabularySize: wordCount)
    drawn.initialize(using: &random)
    return drawn
  }

  /// The scores of all words after `<bos>` and after one more word, or of all labels after each frame.
  private func scores(_ decoder: any VisualDecoder, readsFrames: Bool) -> [[Float]] {
    let rows = readsFrames ? 3 : 1
    let numbers = (0..<2 * rows * 10).map { Float($0 % 7) - 3 }
    let features = PackedSequence(
      Tensor(numbers, shape: [2 * rows, 10]), counts: [rows, rows])
    if let scorer = decoder as? any FrameScorer {
      return scorer.logits(for: features).split(
        sizes: Array(repeating: 1, count: 2 * rows), along: 0
      )
      .map { Array(repeating: 0, count: TokenID.ofLabel(0).index) + $0.floats }
    }
    return scores(ofWords: decoder.captionDecoder, features)
  }

  private func scores(ofWords decoder: some CaptionDecoder, _ features: PackedSequence) -> [[Float]]
  {
    let start = decoder.start(features)
    let first = decoder.logits(
      after: [.start, .start], start.state, start.context, pictureOfRow: [0, 1])
    let second = decoder.logits(
      after: [TokenID(4), TokenID(4)], first.state, start.context, pictureOfRow: [0, 1])
    let width = decoder.vocabularySize
    return [first, second].flatMap { step in
      (0..<2).map { Array(step.logits.floats[$0 * width..<($0 + 1) * width]) }
    }
  }

  @Test("with no new words a decoder is the trained one, to the bit", arguments: decoders)
  func same(configuration: DecoderConfiguration) {
    let trained = drawn(configuration, wordCount: 7, seed: 1)
    var grown = drawn(configuration, wordCount: 7, seed: 2)
    grown.takeOver(trained)
    for (old, new) in zip(trained.parameters, grown.parameters) {
      #expect(old.value.floats == new.value.floats, "\(old.parameter.name)")
    }
  }

  @Test("with new words the old ones stand to each other as before", arguments: decoders)
  func grown(configuration: DecoderConfiguration) {
    let readsFrames = configuration.featureKind != .pooled
    let trained = drawn(configuration, wordCount: 7, seed: 1)
    let new = drawn(configuration, wordCount: 9, seed: 2)
    var grown = new
    grown.takeOver(trained)
    let before = scores(trained, readsFrames: readsFrames)
    let after = scores(grown, readsFrames: readsFrames)
    for (before, after) in zip(before, after) {
      #expect(after.count == 9)
      for word in 4..<7 { #expect(before[word] == after[word]) }
    }
    // The rows of new words begin as in a new model of this seed, those of old words are the trained ones.
    for ((old, grown), fresh) in zip(zip(trained.parameters, grown.parameters), new.parameters)
    where old.value.shape != fresh.value.shape {
      let count = old.value.elementCount
      #expect(Array(grown.value.floats.prefix(count)) == old.value.floats)
      #expect(
        Array(grown.value.floats.dropFirst(count)) == Array(fresh.value.floats.dropFirst(count)))
    }
  }
}
