import Captioning
import ImageEncoders
import Layers
import Tensors
import TestSupport
import Text

#if canImport(Glibc)
import Glibc
#endif

/// A decoder whose scores stand in a table: by the picture, the last word and the one before it.
///
/// Features are pictures' numbers, `[P, 1]`. Small enough to search through completely by hand.
struct ToyDecoder: CaptionDecoder {
  let vocabularySize: Int
  let featureKind = FeatureKind.pooled
  let featureSize = 1
  /// `[picture][before][last]`, each a row of logits.
  private let table: [[[[Float]]]]

  /// - Parameters:
  ///   - name: The seed of the random numbers.
  ///   - pictureCount: The number of images in the table.
  ///   - vocabularySize: The number of words, including special ones.
  ///   - bias: The bias added to the logit of a word at every position.
  init(
    _ name: String, pictureCount: Int = 1, vocabularySize: Int = 7, bias: [TokenID: Float] = [:]
  ) {
    self.vocabularySize = vocabularySize
    table = (0..<pictureCount).map { picture in
      (0..<vocabularySize).map { before in
        (0..<vocabularySize).map { last in
          let row = FormulaWeights.uniform(
            "\(name).\(picture).\(before).\(last)", count: vocabularySize)
          return row.enumerated().map { 3 * $1 + (bias[TokenID($0)] ?? 0) }
        }
      }
    }
  }

  /// Per row, the last word read.
  struct State: RowSelectable {
    var last: [Int]
    func rows(_ indices: [Int]) -> State { State(last: indices.map { last[$0] }) }
  }

  /// The features that stand for the first `count` pictures.
  static func pictures(_ count: Int) -> Tensor {
    Tensor((0..<count).map(Float.init), shape: [count, 1])
  }

  mutating func fitNormalization(_ features: PackedSequence) {}

  func start(
    _ features: PackedSequence, in precision: ElementType
  ) -> (context: [Int], state: State) {
    let numbers = features.values.floats.map { Int($0) }
    return (numbers, State(last: numbers.map { _ in TokenID.padding.index }))
  }

  func step(
    _ words: [TokenID], _ state: State, _ context: [Int], pictureOfRow: [Int],
    in precision: ElementType
  ) -> DecoderRead<State> {
    precondition(words.count == state.last.count && words.count == pictureOfRow.count)
    let rows = words.indices.map { row in
      table[context[pictureOfRow[row]]][state.last[row]][words[row].index]
    }
    let logits = Tensor(rows.flatMap { $0 }, shape: [words.count, vocabularySize])
    return DecoderRead(output: logits, state: State(last: words.map(\.index)))
  }

  /// The entries of the table are logits already.
  func scores(of output: Tensor) -> Tensor { output }

  func losses(
    of captions: PackedCaptions, describing features: PackedSequence, dropout: SequenceDropout?,
    costs: CaptionCosts, weights: [Float]?, in precision: ElementType
  ) -> CaptionLosses {
    preconditionFailure("searches never ask for it")
  }

  mutating func visitParameters(_ visitor: inout ParameterVisitor) {}

  /// The log-probabilities of the words after `before` and `last`, in double precision.
  func logProbabilities(picture: Int, before: TokenID, last: TokenID) -> [Double] {
    let row = table[picture][before.index][last.index].map(Double.init)
    let total = logOfSum(row)
    return row.map { $0 - total }
  }

  /// Every caption that `steps` words can make, ended or of full length, with its log-probability.
  func allCaptions(picture: Int, steps: Int) -> [(words: [TokenID], logProbability: Double)] {
    let writable = (0..<vocabularySize).map(TokenID.init).filter { $0 == .end || $0 > .unknown }
    func extend(
      _ words: [TokenID], _ sum: Double
    ) -> [(words: [TokenID], logProbability: Double)] {
      if words.count == steps || words.last == .end { return [(words, sum)] }
      let read = [.padding, .start] + words
      let next = logProbabilities(
        picture: picture, before: read[read.count - 2], last: read[read.count - 1])
      return writable.flatMap { extend(words + [$0], sum + next[$0.index]) }
    }
    return extend([], 0)
  }
}

private func logOfSum(_ scores: [Double]) -> Double {
  let largest = scores.max() ?? 0
  return largest + log(scores.reduce(0) { $0 + exp($1 - largest) })
}
