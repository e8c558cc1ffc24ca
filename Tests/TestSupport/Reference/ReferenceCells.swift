import Tensors

#if canImport(Glibc)
import Glibc
#endif

// The gates of one step, with PyTorch's equations.

extension ReferenceBackend {
  package func lstmGates(
    _ gates: Region, previousCell: Region, cell: Region, hidden: Region, rows: Int, size: Int
  ) {
    let before = previousCell.values
    var (gate, c, h) = (gates.values, cell.values, hidden.values)
    for here in 0..<rows * size {
      let place = places(here, 4, size)
      let (i, f) = (sigmoid(gate[place[0]]), sigmoid(gate[place[1]]))
      let (g, o) = (tanh(gate[place[2]]), sigmoid(gate[place[3]]))
      for (place, value) in zip(place, [i, f, g, o]) { gate[place] = value }
      c[here] = f * before[here] + i * g
      h[here] = o * tanh(c[here])
    }
    (gates.values, cell.values, hidden.values) = (gate, c, h)
  }

  package func lstmGatesGradient(
    _ gates: Region, previousCell: Region, cell: Region, dhidden: Region, dcell: Region,
    into dgates: Region, rows: Int, size: Int
  ) {
    let (gate, before, c, dh) = (gates.values, previousCell.values, cell.values, dhidden.values)
    var (dc, gradient) = (dcell.values, gate)
    for here in 0..<rows * size {
      let place = places(here, 4, size)
      let (i, f, g, o) = (gate[place[0]], gate[place[1]], gate[place[2]], gate[place[3]])
      let t = tanh(c[here])
      let d = dc[here] + dh[here] * o * (1 - t * t)
      gradient[place[0]] = d * g * i * (1 - i)
      gradient[place[1]] = d * before[here] * f * (1 - f)
      gradient[place[2]] = d * i * (1 - g * g)
      gradient[place[3]] = dh[here] * t * o * (1 - o)
      dc[here] = d * f
    }
    (dcell.values, dgates.values) = (dc, gradient)
  }

  package func gruGates(
    _ gates: Region, recurrent: Region, previous: Region, hidden: Region, rounded: Region?,
    rows: Int, size: Int
  ) {
    let (u, before) = (recurrent.values, previous.values)
    var (gate, h) = (gates.values, hidden.values)
    for here in 0..<rows * size {
      let place = places(here, 3, size)
      let r = sigmoid(gate[place[0]] + u[place[0]])
      let z = sigmoid(gate[place[1]] + u[place[1]])
      let n = tanh(gate[place[2]] + r * u[place[2]])
      for (place, value) in zip(place, [r, z, n]) { gate[place] = value }
      h[here] = (1 - z) * n + z * before[here]
    }
    (gates.values, hidden.values) = (gate, h)
    rounded?.values = h
  }

  package func gruGatesGradient(
    _ gates: Region, recurrent: Region, previous: Region, dhidden: Region, into dgates: Region,
    _ drecurrent: Region, rows: Int, size: Int
  ) {
    let (gate, u, before) = (gates.values, recurrent.values, previous.values)
    var (dh, dx, du) = (dhidden.values, gate, gate)
    for here in 0..<rows * size {
      let place = places(here, 3, size)
      let (r, z, n) = (gate[place[0]], gate[place[1]], gate[place[2]])
      let dn = dh[here] * (1 - z) * (1 - n * n)
      let dr = dn * u[place[2]] * r * (1 - r)
      let dz = dh[here] * (before[here] - n) * z * (1 - z)
      for (place, value) in zip(place, [dr, dz, dn]) { dx[place] = value }
      for (place, value) in zip(place, [dr, dz, dn * r]) { du[place] = value }
      dh[here] *= z
    }
    (dhidden.values, dgates.values, drecurrent.values) = (dh, dx, du)
  }
}

/// Returns the indices of the gates of one unit; those of a row lie one after the other, each `size` wide.
private func places(_ unit: Int, _ gateCount: Int, _ size: Int) -> [Int] {
  (0..<gateCount).map { (unit / size * gateCount + $0) * size + unit % size }
}
