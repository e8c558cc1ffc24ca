import Layers
import Tensors
import TestSupport
import Testing
import Text

@testable import Captioning

extension CaptioningTests {
  @Suite("Scores of writable words")
  struct WritableScoresTests {
    /// Of seven words, `<pad>`, `<bos>` and `<unk>` are by far the likeliest.
    private let logits = Tensor([9, 8, 1, 9, 0, 2, 1], shape: [1, 7])

    @Test("words are drawn as often as they are likely among those that a search may write")
    func draws() {
      let scores = WritableScores(logits)
      #expect(scores.likeliest == [TokenID(5)])
      let count = 4000
      let drawn = (0..<count).flatMap { scores.drawn(at: [Float($0) / Float(count)]) }
      let weights = [2: 1.0, 4: 0, 5: 2, 6: 1].mapValues { exponential(Float($0)) }
      let sum = weights.values.reduce(0, +)
      for word in 0..<7 {
        let share = Double(drawn.count { $0.index == word }) / Double(count)
        #expect(abs(share - (weights[word] ?? 0) / sum) < 2 / Double(count), "word \(word)")
      }
    }

    @Test("a loss among writable words is that of the distribution that is drawn from")
    func losses() {
      var decoder = ShowAndTell(
        cell: GRU(inputSize: 6, hiddenSize: 7), named: "gru", featureSize: 8, vocabularySize: 7)
      decoder.updateParameters { parameter, value in
        value =
          parameter.name == "image_norm.running_var"
          ? Tensor(repeating: 1, shape: value.shape)
          : FormulaWeights.scaled("writable.\(parameter.name)", value.shape, 1)
      }
      let features = PackedSequence(FormulaWeights.scaled("writable", [1, 8], 2))
      let caption = [1, 5, 4, 2].map(TokenID.init)
      var state = decoder.start(features).state
      var expected = 0.0
      for (word, next) in zip(caption, caption.dropFirst()) {
        let logits: Tensor
        (logits, state) = decoder.logits(after: [word], state, (), pictureOfRow: [0])
        let scores = logits.floats
        let sum = [2, 4, 5, 6].reduce(0) { $0 + exponential(scores[$1] - scores[next.index]) }
        expected += Double(log(Tensor(Float(sum))).scalar)
      }
      let captions = PackedCaptions([caption], describing: [0])
      let (loss, gradient) = valueWithGradient(at: decoder) {
        $0.losses(of: captions, describing: features, costs: .init(isAmongWritable: true)).words
      }
      #expect(abs(Double(loss.scalar) / (expected / 3) - 1) < 1e-5)
      let ofBias = gradient.tensors["word_logits.bias"]?.floats ?? []
      #expect(ofBias.count == 7 && [0, 1, 3].allSatisfy { abs(ofBias[$0]) < 1e-30 }, "\(ofBias)")
      #expect(abs(ofBias.reduce(0, +)) < 1e-6 && ofBias.contains { abs($0) > 0.01 })
    }
  }
}
