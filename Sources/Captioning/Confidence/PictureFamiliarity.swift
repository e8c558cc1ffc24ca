import Layers
import Tensors

#if canImport(Glibc)
import Glibc
#endif

/// The distance of pictures from those that a model has learned from, by the features of its encoder.
///
/// Features of length 1 are compared with the subspace that those of the training pictures spread in most: the
/// distance is the logarithm of the part that lies outside of it,
///
///     d = log(‖r‖² − ‖U r‖²),   r = f / ‖f‖ − μ
///
/// with the mean `μ` and the first principal directions, the rows of `U`. Drawings, pages of text and noise excite
/// features that photos rarely do, which the length of `f` would hide.
package struct PictureFamiliarity: Module {
  /// `[F]`.
  private var mean: Tensor
  /// `[K, F]`, orthonormal, in bfloat16 or float32.
  private var directions: Tensor

  /// All zero, to be loaded.
  init(featureSize: Int, directionCount: Int) {
    mean = Tensor(zeros: [featureSize])
    directions = Tensor(zeros: [directionCount, featureSize])
  }

  package mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    visitor.visit("mean", &mean, role: .statistic)
    visitor.visit("directions", &directions, role: .statistic)
  }

  /// The number of directions that are kept.
  static let directionCount = 64

  /// Fits the mean and the directions.
  ///
  /// - Parameters:
  ///   - features: The pooled features of pictures, `[N, F]`.
  ///   - random: Draws the directions to start from.
  package init(fitting features: Tensor, using random: inout SeededGenerator) {
    let (count, size) = (features.shape[0], features.shape[1])
    let units = Self.units(features)
    mean = units.mean(over: [0])
    let rest = units - mean
    let kept = min(Self.directionCount, size, max(count - 1, 1))
    // Subspace iteration: the directions turn towards those of the largest variance, and stay orthonormal.
    var found = Initialization.uniform(bound: 1).tensor(of: [kept, size], using: &random)
    found = Self.orthonormal(found)
    for _ in 0..<Self.iterationCount {
      let products = matmul(rest, found, transposeRight: true)
      found = Self.orthonormal(matmul(products, rest, transposeLeft: true))
    }
    // Distances are measured with the directions as they are stored.
    directions = found.converted(to: .bfloat16)
  }

  private static let iterationCount = 30

  /// Returns the distances of pictures by their pooled features, `[N, F]`.
  package func distances(of features: Tensor) -> [Double] {
    let rest = Self.units(features) - mean
    let inside = linear(rest, directions, bias: nil)
    let all = (rest * rest).sum(over: [1]).floats
    let spanned = (inside * inside).sum(over: [1]).floats
    return zip(all, spanned).map { log(max(Double($0) - Double($1), 1e-6)) }
  }

  private static func units(_ features: Tensor) -> Tensor {
    let lengths = sqrt((features * features).sum(over: [1])) + 1e-12
    return features / lengths.reshaped(to: [-1, 1])
  }

  /// Returns the rows made orthonormal, one after the other (Gram and Schmidt).
  private static func orthonormal(_ rows: Tensor) -> Tensor {
    let size = rows.shape[1]
    let numbers = rows.floats
    var found: [[Double]] = []
    for start in stride(from: 0, to: numbers.count, by: size) {
      var row = numbers[start..<start + size].map(Double.init)
      // Twice, because once leaves what rounding lost.
      for _ in 0..<2 {
        for other in found {
          let part = zip(row, other).reduce(0) { $0 + $1.0 * $1.1 }
          for index in row.indices { row[index] -= part * other[index] }
        }
      }
      let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      found.append(row.map { length > 0 ? $0 / length : 0 })
    }
    return Tensor(found.flatMap { $0.map(Float.init) }, shape: rows.shape)
  }
}
