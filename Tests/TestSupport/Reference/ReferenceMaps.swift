import Tensors

extension ReferenceBackend {
  package func pool(_ kind: PoolingKind, _ x: Region, _ window: Window, into y: Region) {
    let values = x.values
    switch kind {
    case .max:
      y.values = window.winners(among: values).map { values[$0] }
    case .average:
      var sums = Array(repeating: 0.0, count: y.count)
      window.forEachElement { x, y in sums[y] += values[x] / window.area }
      y.values = sums
    }
  }

  package func poolingGradient(
    _ kind: PoolingKind, _ x: Region, _ dy: Region, _ window: Window, into dx: Region
  ) {
    let gradient = dy.values
    var sums = Array(repeating: 0.0, count: dx.count)
    switch kind {
    case .max:
      for (y, winner) in window.winners(among: x.values).enumerated() {
        sums[winner] += gradient[y]
      }
    case .average:
      window.forEachElement { x, y in sums[x] += gradient[y] / window.area }
    }
    dx.values = sums
  }

  package func groupNorm(
    _ x: Region, _ weight: Region, _ bias: Region, _ groups: Grouping, into result: GroupNormResult
  ) {
    let (values, weights, biases) = (x.values, weight.values, bias.values)
    var (y, means) = (values, [Double]())
    var inverseDeviations: [Double] = []
    groups.forEachGroup { _, elements in
      let mean = elements.reduce(0) { $0 + values[$1] } / Double(elements.count)
      let variance =
        elements.reduce(0) { $0 + (values[$1] - mean) * (values[$1] - mean) }
        / Double(elements.count)
      let inverse = 1 / (variance + Double(groups.epsilon)).squareRoot()
      for i in elements {
        let c = i % groups.channels
        y[i] = (values[i] - mean) * inverse * weights[c] + biases[c]
      }
      means.append(mean)
      inverseDeviations.append(inverse)
    }
    result.y.values = y
    result.mean.values = means
    result.inverseDeviation.values = inverseDeviations
  }

  package func groupNormGradient(
    _ x: Region, _ weight: Region, _ result: GroupNormResult, _ dy: Region, _ groups: Grouping,
    into dx: Region, _ dweight: Region, _ dbias: Region
  ) {
    let (values, gradient, weights) = (x.values, dy.values, weight.values)
    let (means, inverses) = (result.mean.values, result.inverseDeviation.values)
    var input = values
    var (weightSums, biasSums) = (weights.map { _ in 0.0 }, weights.map { _ in 0.0 })
    groups.forEachGroup { group, elements in
      let normal = elements.map { (values[$0] - means[group]) * inverses[group] }
      let d = elements.map { gradient[$0] * weights[$0 % groups.channels] }
      let share = 1 / Double(elements.count)
      let mean = d.reduce(0, +) * share
      let slope = zip(d, normal).reduce(0) { $0 + $1.0 * $1.1 } * share
      for (place, i) in elements.enumerated() {
        input[i] = inverses[group] * (d[place] - mean - normal[place] * slope)
        weightSums[i % groups.channels] += gradient[i] * normal[place]
        biasSums[i % groups.channels] += gradient[i]
      }
    }
    dx.values = input
    dweight.values = weightSums
    dbias.values = biasSums
  }
}

extension Window {
  fileprivate var area: Double { Double(kernelHeight * kernelWidth) }

  /// Calls `body` with the indices in input and output of every element that a pooling reads.
  fileprivate func forEachElement(_ body: (_ x: Int, _ y: Int) -> Void) {
    forEachTap { input, _, output in
      for c in 0..<channels { body(input * channels + c, output * channels + c) }
    }
  }

  /// Returns the index of the largest element of each window, and of equal ones the first.
  fileprivate func winners(among values: [Double]) -> [Int] {
    var winners: [Int?] = Array(repeating: nil, count: outputShape.elementCount)
    forEachElement { x, y in
      if let best = winners[y], values[best] >= values[x] { return }
      winners[y] = x
    }
    return winners.compactMap { $0 }
  }
}

extension Grouping {
  /// Calls `body` with the number of each group of each picture and the indices of its elements.
  fileprivate func forEachGroup(_ body: (_ group: Int, _ elements: [Int]) -> Void) {
    let width = channels / groups
    for group in 0..<batch * groups {
      let start = group / groups * positions * channels + group % groups * width
      let elements = (0..<positions).flatMap { position in
        (0..<width).map { start + position * channels + $0 }
      }
      body(group, elements)
    }
  }
}
