import Captioning
import Layers
import Tensors
import TestSupport
import Text

/// The tiny Show and Tell that `scripts/fixtures/captioner.py` ran in PyTorch.
struct TinyCaptioner {
  let fixture: Fixture
  let decoder: ShowAndTell<LSTM>
  /// `[6, 8]`.
  let features: Tensor

  init() throws {
    let fixture = try Fixture("captioner")
    let blank = ShowAndTell(
      cell: LSTM(inputSize: 6, hiddenSize: 7), named: "lstm", featureSize: 8, vocabularySize: 11)
    (self.fixture, features) = (fixture, try fixture["features"])
    decoder = try blank.reading { try fixture[$0] }
  }

  /// The captions stored under `name`, in order: words without the filler, and their numbers.
  func captions(_ name: String) throws -> [(words: [TokenID], logProbabilities: [Float])] {
    let words = try fixture.integers("\(name).words")
    let scores = try fixture.floats("\(name).wordlogprob")
    let length = try fixture.shape(of: "\(name).words").last ?? 1
    return stride(from: 0, to: words.count, by: length).map { start in
      let row = words[start..<start + length].prefix { $0 >= 0 }
      return (row.map(TokenID.init), Array(scores[start..<start + row.count]))
    }
  }
}

extension VisualDecoder {
  /// The same decoder with the parameters that have been stored under its names.
  func reading(_ parameter: (String) throws -> Tensor) throws -> Self {
    var copy = self
    var failure: (any Error)?
    copy.updateParameters { known, value in
      do {
        let stored = try parameter(known.name)
        precondition(stored.shape == value.shape, "\(known.name): \(stored.shape)")
        value = stored
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return copy
  }

  /// The same decoder with random numbers between -1 and 1, by their names and `seed`; variances are
  /// positive.
  func randomized(_ seed: Int, scale: Float = 1) -> Self {
    var copy = self
    copy.updateParameters { parameter, value in
      let name = "\(seed).\(parameter.name)"
      value =
        name.hasSuffix("running_var")
        ? FormulaWeights.scaled(name, value.shape, 0.5, offset: 1)
        : FormulaWeights.scaled(name, value.shape, scale)
    }
    return copy
  }
}
