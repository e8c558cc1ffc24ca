import Tensors

#if canImport(Glibc)
import Glibc
#endif

extension ReferenceBackend {
  package func map(_ function: Pointwise, _ x: Region, into y: Region) {
    y.values = x.values.map { x in
      switch function {
      case .exp: exp(x)
      case .log: log(x)
      case .sqrt: x.squareRoot()
      case .tanh: tanh(x)
      case .sigmoid: sigmoid(x)
      case .relu: max(x, 0)
      case .relu6: min(max(x, 0), 6)
      case .negate: -x
      case .silu: x * sigmoid(x)
      case .hardSwish: x * hardSigmoid(x)
      case .hardSigmoid: hardSigmoid(x)
      case .gelu: x * normalBelow(x)
      }
    }
  }

  package func combine(
    _ function: Pairwise, _ a: Operand, _ b: Operand, _ shape: Shape, into y: Region
  ) {
    let (left, right) = (a.region.values, b.region.values)
    let rights = offsets(shape, b.strides)
    y.values = offsets(shape, a.strides).enumerated().map { index, offset in
      let (a, b) = (left[offset], right[rights[index]])
      return switch function {
      case .add: a + b
      case .subtract: a - b
      case .multiply: a * b
      case .divide: a / b
      case .reluGradient: b > 0 ? a : 0
      case .relu6Gradient: b > 0 && b < 6 ? a : 0
      case .siluGradient: a * sigmoid(b) * (1 + b * (1 - sigmoid(b)))
      case .hardSwishGradient: b < -3 ? 0 : b > 3 ? a : a * (b / 3 + 0.5)
      case .hardSigmoidGradient: abs(b) < 3 ? a / 6 : 0
      case .geluGradient: a * (normalBelow(b) + b * exp(-b * b / 2) / (2 * Double.pi).squareRoot())
      }
    }
  }

  package func sum(_ x: Region, outer: Int, middle: Int, inner: Int, into y: Region) {
    let values = x.values
    var sums = Array(repeating: 0.0, count: y.count)
    for (index, value) in values.enumerated() {
      sums[index / (middle * inner) * inner + index % inner] += value
    }
    y.values = sums
  }

  package func sumOfSquares(_ x: Region) -> Double { x.values.reduce(0) { $0 + $1 * $1 } }

  package func accumulate(_ x: Region, into y: Region) {
    y.values = zip(x.values, y.values).map { $0 + $1 }
  }

  package func copyRows(
    _ x: Region, stride xStride: Int, into y: Region, stride yStride: Int, rows: Int, columns: Int
  ) {
    let source = x.values
    var values = y.values
    for row in 0..<rows {
      for column in 0..<columns {
        values[row * yStride + column] = source[row * xStride + column]
      }
    }
    y.values = values
  }

  package func transpose(
    _ x: Region, outer: Int, _ a: Int, _ b: Int, inner: Int, into y: Region
  ) {
    let values = x.values
    let places = offsets([outer, b, a, inner], [a * b * inner, inner, b * inner, 1])
    y.values = places.map { values[$0] }
  }

  package func gather(_ rows: [Int32], of table: Region, columns: Int, into y: Region) {
    let values = table.values
    y.values = rows.flatMap { row in values[Int(row) * columns..<(Int(row) + 1) * columns] }
  }

  package func scatterAdd(_ x: Region, toRows rows: [Int32], of table: Region, columns: Int) {
    let source = x.values
    var values = table.values
    for (index, addend) in source.enumerated() {
      values[Int(rows[index / columns]) * columns + index % columns] += addend
    }
    table.values = values
  }
}

func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

/// Returns the indices at which a tensor of this shape reads its elements, in row-major order, given strides.
private func offsets(_ shape: Shape, _ strides: [Int]) -> [Int] {
  zip(shape, strides).reduce([0]) { starts, axis in
    starts.flatMap { start in (0..<axis.0).map { start + $0 * axis.1 } }
  }
}

private func hardSigmoid(_ x: Double) -> Double { min(max(x + 3, 0), 6) / 6 }

private func normalBelow(_ x: Double) -> Double { (1 + erf(x / 2.0.squareRoot())) / 2 }
