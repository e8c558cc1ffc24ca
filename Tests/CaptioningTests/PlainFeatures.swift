import Layers
import Tensors
import Text

@testable import Captioning

// Features of pictures that all have as many rows, `[P, F]` or `[P, L, F]`, as most tests have them.

extension CaptionDecoder {
  func start(_ features: Tensor) -> (context: Context, state: State) {
    start(PackedSequence(features))
  }

  func loss(of captions: PackedCaptions, describing features: Tensor) -> Tensor {
    loss(of: captions, describing: PackedSequence(features))
  }

  func losses(
    of captions: PackedCaptions, describing features: Tensor, dropout: SequenceDropout? = nil,
    costs: CaptionCosts = CaptionCosts()
  ) -> CaptionLosses {
    losses(
      of: captions, describing: PackedSequence(features), dropout: dropout, costs: costs)
  }

  func emptyCaptions(of features: Tensor) -> any CaptionsInProgress {
    emptyCaptions(of: PackedSequence(features))
  }
}

extension BeamSearch {
  func captions<Decoder: CaptionDecoder>(of features: Tensor, by decoder: Decoder) -> [[Hypothesis]]
  {
    captions(of: PackedSequence(features), by: decoder)
  }
}

extension SampledSearch {
  func captions<Decoder: CaptionDecoder>(
    of features: Tensor, by decoder: Decoder, firstPicture: Int = 0
  ) -> [[Hypothesis]] {
    captions(
      of: PackedSequence(features), by: decoder,
      numbers: (0..<features.shape[0]).map { firstPicture + $0 })
  }
}
