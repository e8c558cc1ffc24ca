import Tensors

#if canImport(Glibc)
import Glibc
#endif

extension ReferenceBackend {
  package func softmax(_ x: Region, columns: Int, logarithm: Bool, into y: Region) {
    y.values = x.values.rows(of: columns).flatMap { row in
      let logarithms = logProbabilities(row)
      return logarithm ? logarithms : logarithms.map { exp($0) }
    }
  }

  package func draw(_ x: Region, at uniforms: [Float]) -> [Int] {
    zip(x.values.rows(of: x.count / max(uniforms.count, 1)), uniforms).map { row, uniform in
      var rest = Double(uniform)
      let place = logProbabilities(row).firstIndex { logarithm in
        rest -= exp(logarithm)
        return rest < 0
      }
      return place ?? row.count - 1
    }
  }

  package func dropout(_ x: Region, keys: [UInt64], _ rate: Float, into y: Region) {
    let columns = x.count / max(keys.count, 1)
    y.values = zip(x.values.rows(of: columns), keys).flatMap { row, key in
      var generator = SeededGenerator(seed: key)
      var bits: UInt64 = 0
      return row.enumerated().map { column, value in
        bits = column % 4 == 0 ? generator.next() : bits >> 16
        return Double(bits & 0xFFFF) < Double(rate) * 65536 ? 0 : value / (1 - Double(rate))
      }
    }
  }

  package func crossEntropy(
    _ logits: Region, targets: ArraySlice<Int32>, weights: ArraySlice<Float>?, _ entropy: Entropy,
    into losses: Region, gradient: Region?
  ) {
    let weight = weights.map { $0.map(Double.init) } ?? targets.map { _ in 1 }
    let columns = logits.count / targets.count
    let rows = logits.values.rows(of: columns)
    let share = Double(entropy.smoothing) / Double(columns)
    func wanted(_ column: Int, _ target: Int32) -> Double {
      share + (column == Int(target) ? 1 - Double(entropy.smoothing) : 0)
    }
    losses.values = zip(zip(rows, targets), weight).map { row, weight in
      if row.1 == entropy.ignored { return 0 }
      return -weight
        * logProbabilities(row.0).enumerated().reduce(0) { $0 + wanted($1.0, row.1) * $1.1 }
    }
    gradient?.values = zip(zip(rows, targets), weight).flatMap { row, weight in
      logProbabilities(row.0).enumerated().map { column, logarithm in
        let difference = exp(logarithm) - wanted(column, row.1)
        return row.1 == entropy.ignored ? 0 : weight * Double(entropy.scale) * difference
      }
    }
  }

  package func largest(_ k: Int, _ x: Region, columns: Int) -> [[(index: Int, value: Float)]] {
    x.values.rows(of: columns).map { row in
      let order = row.indices.sorted { (-row[$0], $0) < (-row[$1], $1) }
      return order.prefix(k).map { (index: $0, value: Float(row[$0])) }
    }
  }
}

private func logProbabilities(_ row: [Double]) -> [Double] {
  let largest = row.max() ?? 0
  let total = log(row.reduce(0) { $0 + exp($1 - largest) }) + largest
  return row.map { $0 - total }
}

extension [Double] {
  fileprivate func rows(of columns: Int) -> [[Double]] {
    stride(from: 0, to: count, by: columns).map { Array(self[$0..<$0 + columns]) }
  }
}
