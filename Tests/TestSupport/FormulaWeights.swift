import Tensors

/// Numbers by formula: the twin of `scripts/fixtures/formula.py`, which holds the rule in words.
///
/// Python and Swift make the same weights and pictures from names alone, so that a fixture need not
/// carry the weights of a whole network.
package enum FormulaWeights {
  /// Elements `start`, `start` + 1, … of `name`, in `-1..<1`.
  package static func uniform(_ name: String, count: Int, start: Int = 0) -> [Float] {
    let seed = fnv1a(name)
    return (start..<start + count).map { index in
      let bits = mixed(seed &+ UInt32(truncatingIfNeeded: index) &* 2_654_435_761)
      return Float(bits >> 8) * 0x1p-23 - 1
    }
  }

  /// `offset + scale · u`, each step rounded.
  package static func scaled(
    _ name: String, _ shape: Shape, _ scale: Float = 1, offset: Float = 0
  ) -> Tensor {
    Tensor(
      uniform(name, count: shape.elementCount).map { offset + scale * $0 }, shape: shape)
  }

  /// The value of the parameter `name`: its role follows from its last word and its rank.
  package static func parameter(_ name: String, _ shape: Shape) -> Tensor {
    let last = name.split(separator: ".").last.map(String.init) ?? name
    switch last {
    case "running_var": return scaled(name, shape, 0.3, offset: 1)
    case "running_mean", "bias": return scaled(name, shape, 0.1)
    case "weight" where shape.count == 1:
      let gain = scaled(name, shape, 0.2, offset: 1)
      return branchEnds.contains { name.hasSuffix($0) } ? gain * 0.5 : gain
    case "weight":
      let inputs = Double(shape.dropFirst().reduce(1, *))
      return scaled(name, shape, Float((6 / inputs).squareRoot()))
    default: preconditionFailure("\(name): no rule for this name; see formula.py")
    }
  }

  /// Two tinted pictures of 16 by 16 coloured tiles, `[2, height, width, 3]` in `-4..<4`.
  package static func photos(height: Int, width: Int) -> Tensor {
    let floats = (0..<2).flatMap { b in
      let tiles = uniform("photo\(b)", count: 16 * 16 * 3)
      let tint = uniform("tint\(b)", count: 3)
      return (0..<height * width * 3).map { index in
        let (pixel, c) = (index / 3, index % 3)
        let tile = pixel / width * 16 / height * 16 + pixel % width * 16 / width
        return 2 * (tiles[tile * 3 + c] + tint[c])
      }
    }
    return Tensor(floats, shape: [2, height, width, 3])
  }

  /// The norms that end a residual branch, which are halved.
  private static let branchEnds = [".bn2.weight", ".bn3.weight", ".conv.3.weight"]

  /// The 32-bit hash of Fowler, Noll and Vo.
  private static func fnv1a(_ name: String) -> UInt32 {
    name.utf8.reduce(0x811C_9DC5) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
  }

  /// MurmurHash3's finaliser.
  private static func mixed(_ value: UInt32) -> UInt32 {
    var x = value
    x = (x ^ (x >> 16)) &* 0x85EB_CA6B
    x = (x ^ (x >> 13)) &* 0xC2B2_AE35
    return x ^ (x >> 16)
  }
}
