import Layers
import Tensors
import Text

@testable import Captioning

// Features of pictures that all have as many rows, `[P, F]` or `[P, L, F]`, as most tests have them.

extension CaptionDecoder {
  func start(_ features: Tensor) -> (context: Context, state: State) {
    start(VisualFeatures(features))
  }

  func loss(of captions: PackedCaptions, describing features: Tensor) -> Tensor {
    loss(of: captions, describing: VisualFeatures(features))
  }

  func losses(
    of captions: PackedCaptions, describing features: Tensor, dropout: SequenceDropout? = nil,
    costs: CaptionCosts = CaptionCosts()
  ) -> CaptionLosses {
    losses(
      of: captions, describing: VisualFeatures(features), dropout: dropout, costs: costs)
  }

  func emptyCaptions(of features: Tensor) -> any CaptionsInProgress {
    emptyCaptions(of: VisualFeatures(features))
  }
}

extension BeamSearch {
  func captions<Decoder: CaptionDecoder>(of features: Tensor, by decoder: Decoder) -> [[Hypothesis]]
  {
    captions(of: VisualFeatures(features), by: decoder)
  }
}

extension SampledSearch {
  func captions<Decoder: CaptionDecoder>(
    of features: Tensor, by decoder: Decoder, firstPicture: Int = 0
  ) -> [[Hypothesis]] {
    captions(of: VisualFeatures(features), by: decoder, firstPicture: firstPicture)
  }
}
