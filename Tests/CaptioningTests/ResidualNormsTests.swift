import Layers
import Tensors
import TestSupport
import Testing
import Text

@testable import Captioning

extension CaptioningTests {
  @Suite("Norm stabiliser beside residual connections")
  struct ResidualNormsTests {
    private let captions = [[1, 4, 6, 5, 2], [1, 7, 2]].map { $0.map(TokenID.init) }
    private let features = PackedSequence(FormulaWeights.scaled("residual", [2, 3, 8], 2))

    @Test("it is of the uppermost layer's hidden states, without what leads around the layer")
    func hiddenStates() throws {
      let first = ShowAndTell(
        cell: stack(of: 6), named: "gru", featureSize: 8, vocabularySize: 9)
      try check(first, PackedSequence(features.means)) { first.cell.hidden(of: $0) }
      let looking = ShowAttendAndTell(
        cell: stack(of: 6 + 4), named: "gru", annotationSize: 4, attentionSize: 5, featureSize: 8,
        vocabularySize: 9)
      try check(looking, features) { looking.cell.hidden(of: $0) }
    }

    private func stack(of inputSize: Int) -> Stacked<GRU> {
      Stacked(
        [GRU(inputSize: inputSize, hiddenSize: 7), GRU(inputSize: 7, hiddenSize: 7)],
        isResidual: true)
    }

    /// Compares with the hidden states of every step, read one by one.
    private func check<Decoder: WordDecoder>(
      _ blank: Decoder, _ features: PackedSequence, hidden: (Decoder.State) -> Tensor
    ) throws {
      var decoder = blank
      decoder.fitNormalization(features)
      decoder.updateParameters { parameter, value in
        guard parameter.role == .learned else { return }
        value = FormulaWeights.scaled("residual.\(parameter.name)", value.shape, 1)
      }
      var changes = 0.0
      for (picture, caption) in captions.enumerated() {
        let start = decoder.start(features.slice(picture..<picture + 1))
        var state = start.state
        var norm = hidden(state).sumOfSquares.squareRoot()
        for word in caption.dropLast() {
          state = decoder.step([word], state, start.context, pictureOfRow: [0], in: .float32).state
          let next = hidden(state).sumOfSquares.squareRoot()
          changes += (next - norm) * (next - norm)
          norm = next
        }
      }
      let found = decoder.losses(
        of: PackedCaptions(captions, describing: [0, 1]), describing: features,
        costs: .init(normWeight: 3))
      let cost = Double(try #require(found.norms).scalar)
      #expect(changes > 1e-3 && abs(cost / (changes * 3 / 6) - 1) < 1e-5, "\(Decoder.self)")
    }
  }
}
