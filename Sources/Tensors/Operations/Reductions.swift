extension Tensor {
  /// Returns the sum over the given axes, which are removed; over all of them by default.
  package func sum(over axes: [Int]? = nil) -> Tensor {
    if elementType != .float32 { return inFloat32 { $0.sum(over: axes) } }
    let axes = (axes ?? Array(shape.indices)).sorted()
    var y = withoutGradient()
    // A run of neighbouring axes is one axis in memory. The last run is summed first, which keeps indices valid.
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

  /// The sums of the columns of a matrix of any type, in float32 and without history.
  var columnSums: Tensor {
    let y = Tensor(uninitialized: [shape[1]], on: device)
    device.backend.sum(region, outer: 1, middle: shape[0], inner: shape[1], into: y.region)
    return y
  }

  /// Returns the mean over the given axes, which are removed; over all of them by default.
  package func mean(over axes: [Int]? = nil) -> Tensor {
    let count = (axes ?? Array(shape.indices)).map { shape[$0] }.elementCount
    return sum(over: axes) * (1 / Float(count))
  }

  /// The sum of the squares of all elements.
  package var sumOfSquares: Double {
    device.backend.sumOfSquares(converted(to: .float32).region)
  }
}

extension [Int] {
  /// The ranges that ascending numbers form: `[0, 2, 3]` is `0..<1` and `2..<4`.
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
