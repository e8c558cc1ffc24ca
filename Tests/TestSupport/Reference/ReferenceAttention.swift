import Tensors

#if canImport(Glibc)
import Glibc
#endif

// Additive attention by its equations, one number at a time.

extension ReferenceBackend {
  package func attend(
    _ x: AttentionInputs, _ shape: AttentionShape, context: Region, weights: Region
  ) {
    let (keys, values) = (x.keys.values, x.values.values)
    let (queries, scoring) = (x.queries.values, x.scoring.values)
    var (seen, shares): ([Double], [Double]) = ([], [])
    for (row, picture) in x.pictures.enumerated() {
      let places = shape.places(ofPicture: Int(picture))
      let scores = places.map { place in
        (0..<shape.size).reduce(0.0) { sum, i in
          let key = keys[place * shape.size + i]
          return sum + scoring[i] * tanh(key + queries[row * shape.size + i])
        }
      }
      let largest = scores.max() ?? 0
      let total = scores.reduce(0) { $0 + exp($1 - largest) }
      let weights = scores.map { exp($0 - largest) / total }
      shares += weights + [Double](repeating: 0, count: shape.positions - weights.count)
      seen += (0..<shape.channels).map { f in
        zip(places, weights).reduce(0) { sum, weight in
          sum + weight.1 * values[weight.0 * shape.channels + f]
        }
      }
    }
    (context.values, weights.values) = (seen, shares)
  }

  package func attendGradient(
    _ x: AttentionInputs, _ shape: AttentionShape, weights: Region, dcontext: Region?,
    dweights: Region?, into dqueries: Region, _ dscores: Region, _ dscoring: Region
  ) {
    let (keys, values, weight) = (x.keys.values, x.values.values, weights.values)
    let (queries, scoring) = (x.queries.values, x.scoring.values)
    let dseen = dcontext?.values ?? [Double](repeating: 0, count: shape.rows * shape.channels)
    let dshare = dweights?.values ?? [Double](repeating: 0, count: weight.count)
    var dquery = [Double](repeating: 0, count: queries.count)
    var (scoringGradient, scoreGradients): ([Double], [Double]) = (dquery, [])
    for (row, picture) in x.pictures.enumerated() {
      let positions = shape.places(ofPicture: Int(picture)).enumerated().map { l, place in
        (row: row * shape.positions + l, picture: place)
      }
      let dweight = positions.map { place in
        (0..<shape.channels).reduce(dshare[place.row]) { sum, f in
          sum + dseen[row * shape.channels + f] * values[place.picture * shape.channels + f]
        }
      }
      let mean = zip(positions, dweight).reduce(0) { $0 + weight[$1.0.row] * $1.1 }
      for (place, dweight) in zip(positions, dweight) {
        let d = weight[place.row] * (dweight - mean)
        scoreGradients.append(d)
        for i in 0..<shape.size {
          let t = tanh(keys[place.picture * shape.size + i] + queries[row * shape.size + i])
          scoringGradient[row * shape.size + i] += d * t
          dquery[row * shape.size + i] += d * scoring[i] * (1 - t * t)
        }
      }
      scoreGradients += [Double](repeating: 0, count: shape.positions - positions.count)
    }
    (dqueries.values, dscores.values, dscoring.values) = (
      dquery, scoreGradients, scoringGradient
    )
  }

  package func attendGradient(
    ofKeys x: AttentionInputs, _ shape: AttentionShape, dscores: Region, into dkeys: Region
  ) {
    let (keys, queries, scoring) = (x.keys.values, x.queries.values, x.scoring.values)
    let dscore = dscores.values
    var dkey = [Double](repeating: 0, count: keys.count)
    for (row, picture) in x.pictures.enumerated() {
      for (l, position) in shape.places(ofPicture: Int(picture)).enumerated() {
        for i in 0..<shape.size {
          let place = position * shape.size + i
          let t = tanh(keys[place] + queries[row * shape.size + i])
          dkey[place] += dscore[row * shape.positions + l] * scoring[i] * (1 - t * t)
        }
      }
    }
    dkeys.values = dkey
  }

  package func attendGradient(
    ofValues pictureOfRow: [Int32], _ shape: AttentionShape, weights: Region, dcontext: Region,
    into dvalues: Region
  ) {
    let (weight, dseen) = (weights.values, dcontext.values)
    var dvalue = [Double](repeating: 0, count: dvalues.count)
    for (row, picture) in pictureOfRow.enumerated() {
      for (l, place) in shape.places(ofPicture: Int(picture)).enumerated() {
        for f in 0..<shape.channels {
          dvalue[place * shape.channels + f] +=
            weight[row * shape.positions + l] * dseen[row * shape.channels + f]
        }
      }
    }
    dvalues.values = dvalue
  }
}
