import Tensors

#if canImport(Glibc)
import Glibc
#endif

// Additive attention by its equations, one number after the other.

extension ReferenceBackend {
  package func attend(
    _ x: AttentionInputs, _ shape: AttentionShape, context: Region, weights: Region
  ) {
    let (keys, values) = (x.keys.values, x.values.values)
    let (queries, scoring) = (x.queries.values, x.scoring.values)
    var (seen, shares): ([Double], [Double]) = ([], [])
    for (row, picture) in x.pictures.enumerated() {
      let scores = (0..<shape.positions).map { l in
        (0..<shape.size).reduce(0.0) { sum, i in
          let key = keys[(Int(picture) * shape.positions + l) * shape.size + i]
          return sum + scoring[i] * tanh(key + queries[row * shape.size + i])
        }
      }
      let largest = scores.max() ?? 0
      let total = scores.reduce(0) { $0 + exp($1 - largest) }
      let weights = scores.map { exp($0 - largest) / total }
      shares += weights
      seen += (0..<shape.channels).map { f in
        weights.enumerated().reduce(0) { sum, weight in
          let place = Int(picture) * shape.positions + weight.offset
          return sum + weight.element * values[place * shape.channels + f]
        }
      }
    }
    (context.values, weights.values) = (seen, shares)
  }

  package func attendGradient(
    _ x: AttentionInputs, _ shape: AttentionShape, weights: Region, dcontext: Region?,
    dweights: Region?, into dqueries: Region, _ dkeys: Region, _ dvalues: Region?,
    _ dscoring: Region
  ) {
    let (keys, values, weight) = (x.keys.values, x.values.values, weights.values)
    let (queries, scoring) = (x.queries.values, x.scoring.values)
    let dseen = dcontext?.values ?? [Double](repeating: 0, count: shape.rows * shape.channels)
    let dshare = dweights?.values ?? [Double](repeating: 0, count: weight.count)
    var (dkey, dvalue) = (dkeys.values, dvalues?.values)
    var dquery = [Double](repeating: 0, count: queries.count)
    var dscore = dquery
    for (row, picture) in x.pictures.enumerated() {
      let positions = (0..<shape.positions).map { l in
        (row: row * shape.positions + l, picture: Int(picture) * shape.positions + l)
      }
      let dweight = positions.map { place in
        (0..<shape.channels).reduce(dshare[place.row]) { sum, f in
          sum + dseen[row * shape.channels + f] * values[place.picture * shape.channels + f]
        }
      }
      let mean = zip(positions, dweight).reduce(0) { $0 + weight[$1.0.row] * $1.1 }
      for (place, dweight) in zip(positions, dweight) {
        let d = weight[place.row] * (dweight - mean)
        for i in 0..<shape.size {
          let t = tanh(keys[place.picture * shape.size + i] + queries[row * shape.size + i])
          dscore[row * shape.size + i] += d * t
          dquery[row * shape.size + i] += d * scoring[i] * (1 - t * t)
          dkey[place.picture * shape.size + i] += d * scoring[i] * (1 - t * t)
        }
        for f in 0..<shape.channels {
          dvalue?[place.picture * shape.channels + f] +=
            weight[place.row] * dseen[row * shape.channels + f]
        }
      }
    }
    (dqueries.values, dkeys.values, dscoring.values) = (dquery, dkey, dscore)
    if let dvalue { dvalues?.values = dvalue }
  }
}
