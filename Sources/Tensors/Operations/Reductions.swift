extension Tensor {
  /// The sum over the given axes, which disappear; over all of them by default.
  public func sum(over axes: [Int]? = nil) -> Tensor {
    if elementType != .float32 { return inFloat32 { $0.sum(over: axes) } }
    let axes = (axes ?? Array(shape.indices)).sorted()
    var y = withoutGradient()
    // Runs of neighbouring axes are one axis in memory; the last run first keeps indices valid.
    for run in axes.consecutiveRuns().reversed() {
      let outer = y.shape[..<run.lowerBound].reduce(1, *)
      let inner = y.shape[run.upperBound...].reduce(1, *)
      let rest = Array(y.shape[..<run.lowerBound] + y.shape[run.upperBound...])
      let middle = y.shape[run].reduce(1, *)
      let next = Tensor(uninitialized: rest, type: elementType, on: device)
      device.backend.sum(y.region, outer: outer, middle: middle, inner: inner, into: next.region)
      y = next
    }
    let (shape, device) = (shape, device)
    let kept = shape.indices.map { axes.contains($0) ? 1 : shape[$0] }
    return y.recorded(
      Pullback(to: self) { dy in
        dy.reshaped(to: kept) + Tensor(zeros: shape, on: device)
      })
  }

  /// The sums of a matrix's columns, in float32 whatever the matrix holds; without history.
  var columnSums: Tensor {
    let y = Tensor(uninitialized: [shape[1]], on: device)
    device.backend.sum(region, outer: 1, middle: shape[0], inner: shape[1], into: y.region)
    return y
  }

  /// The mean over the given axes, which disappear.
  public func mean(over axes: [Int]? = nil) -> Tensor {
    let count = (axes ?? Array(shape.indices)).map { shape[$0] }.elementCount
    return sum(over: axes) * (1 / Float(count))
  }

  /// The sum of the squares of all elements.
  package var sumOfSquares: Double {
    device.backend.sumOfSquares(converted(to: .float32).region)
  }
}

extension [Int] {
  /// Ascending numbers as ranges: `[0, 2, 3]` is `0..<1` and `2..<4`.
  fileprivate func consecutiveRuns() -> [Range<Int>] {
    reduce(into: []) { runs, axis in
      if let last = runs.last, last.upperBound == axis {
        runs[runs.count - 1] = last.lowerBound..<axis + 1
      } else {
        runs.append(axis..<axis + 1)
      }
    }
  }
}
