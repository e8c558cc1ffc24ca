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

  package func crossEntropy(
    _ logits: Region, targets: [Int32], ignoring ignored: Int32, scale: Float, into losses: Region,
    gradient: Region?
  ) {
    let rows = logits.values.rows(of: logits.count / targets.count)
    losses.values = zip(rows, targets).map { row, target in
      target == ignored ? 0 : -logProbabilities(row)[Int(target)]
    }
    gradient?.values = zip(rows, targets).flatMap { row, target in
      logProbabilities(row).enumerated().map { column, logarithm in
        let difference = exp(logarithm) - (column == Int(target) ? 1 : 0)
        return target == ignored ? 0 : Double(scale) * difference
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
