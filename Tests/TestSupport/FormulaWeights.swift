import CTestSupport
import Tensors

/// Numbers by a formula, the counterpart of `scripts/fixtures/formula.py`, which explains it.
///
/// Python and Swift compute the same weights and pictures from names alone, so a fixture need not contain the weights
/// of a whole network.
package enum FormulaWeights {
  /// Returns the elements `start`, `start` + 1, … of `name`, in `-1..<1`.
  package static func uniform(_ name: String, count: Int, start: Int = 0) -> [Float] {
    floats(name, count: count, start: start, scale: 1, offset: 0)
  }

  /// Returns `offset + scale · u`, rounded after each operation.
  package static func scaled(
    _ name: String, _ shape: Shape, _ scale: Float = 1, offset: Float = 0
  ) -> Tensor {
    Tensor(
      floats(name, count: shape.elementCount, start: 0, scale: scale, offset: offset), shape: shape)
  }

  /// Returns the value of the parameter `name`, whose role follows from its last word and its rank.
  package static func parameter(_ name: String, _ shape: Shape) -> Tensor {
    let last = name.split(separator: ".").last.map(String.init) ?? name
    switch last {
    case "running_var": return scaled(name, shape, 0.3, offset: 1)
    case "running_mean", "bias": return scaled(name, shape, 0.1)
    case "weight" where shape.count == 1:
      var gain = scaled(name, shape, 0.2, offset: 1)
      // Makes up for what weights of channels and soft activations take from MobileNetV3 and EfficientNet.
      if name.contains(".block."), name.hasSuffix(".1.weight") { gain = 1.5 * gain }
      return branchEnds.contains { name.hasSuffix($0) } ? gain * 0.5 : gain
    case "weight":
      let inputs = Double(shape.dropFirst().reduce(1, *))
      return scaled(name, shape, Float((6 / inputs).squareRoot()))
    case "layer_scale": return scaled(name, shape, 0.1, offset: 0.5)
    default: preconditionFailure("\(name): no rule for this name; see formula.py")
    }
  }

  /// Returns tinted pictures of 16 by 16 coloured tiles, `[count, height, width, 3]` in `-4..<4`.
  package static func photos(height: Int, width: Int, count: Int = 2) -> Tensor {
    let floats = (0..<count).flatMap { b in
      let tiles = uniform("photo\(b)", count: 16 * 16 * 3)
      let tint = uniform("tint\(b)", count: 3)
      return (0..<height * width * 3).map { index in
        let (pixel, c) = (index / 3, index % 3)
        let tile = pixel / width * 16 / height * 16 + pixel % width * 16 / width
        return 2 * (tiles[tile * 3 + c] + tint[c])
      }
    }
    return Tensor(floats, shape: [count, height, width, 3])
  }

  /// The endings of the names of the norms that end a residual branch, whose weights are scaled by 0.5.
  private static let branchEnds = [
    ".bn2.weight", ".bn3.weight", ".conv.3.weight", "._bn2.weight", ".block.1.1.weight",
    ".block.2.1.weight", ".block.3.1.weight",
  ]

  private static func floats(
    _ name: String, count: Int, start: Int, scale: Float, offset: Float
  ) -> [Float] {
    [Float](unsafeUninitializedCapacity: count) { buffer, written in
      if let first = buffer.baseAddress {
        cts_formula(fnv1a(name), Int64(start), Int64(count), scale, offset, first)
      }
      written = count
    }
  }

  /// Returns the 32-bit hash of Fowler, Noll and Vo.
  private static func fnv1a(_ name: String) -> UInt32 {
    name.utf8.reduce(0x811C_9DC5) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
  }
}
