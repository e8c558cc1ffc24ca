import ImageEncoders
import Layers
import Tensors
import TestSupport
import Testing

extension ImageEncodersTests {
  @Suite("Pooling by parts")
  struct GridPoolingTests {
    @Test(
      "each part is the mean of its positions, as of AdaptiveAvgPool2d",
      arguments: [(1, 4, 4), (2, 4, 4), (2, 7, 5), (3, 7, 7), (4, 3, 3)])
    func parts(side: Int, height: Int, width: Int) {
      let map = FormulaWeights.scaled("map", [2, height, width, 3])
      let numbers = map.floats
      let found = GridPooling(SmallCNN(), side: side).pooled(map)
      #expect(found.shape == [2, side * side * 3])
      func places(_ part: Int, _ size: Int) -> [Int] {
        // From the floor of its beginning to the ceiling of its end.
        (0..<size).filter { $0 >= part * size / side && $0 * side < (part + 1) * size }
      }
      var expected: [Float] = []
      for picture in 0..<2 {
        for row in 0..<side {
          for column in 0..<side {
            for channel in 0..<3 {
              let values = places(row, height).flatMap { y in
                places(column, width).map { x in
                  numbers[((picture * height + y) * width + x) * 3 + channel]
                }
              }
              expected.append(values.reduce(0, +) / Float(values.count))
            }
          }
        }
      }
      expectClose(found, Tensor(expected, shape: found.shape), within: 1e-6)
    }

    @Test("of one part is the mean over all, and gradients flow through all")
    func gradients() {
      let map = FormulaWeights.scaled("map", [2, 4, 4, 3])
      expectClose(
        GridPooling(SmallCNN(), side: 1).pooled(map), SmallCNN().pooled(map), within: 1e-6)
      expectGradientsMatch(at: [map]) { GridPooling(SmallCNN(), side: 3).pooled($0[0]) }
    }

    @Test("what is on the left is told from what is on the right")
    func sides() {
      var random = SeededGenerator(seed: 5)
      var encoder = GridPooling(SmallCNN(), side: 2)
      encoder.initialize(using: &random)
      let picture = FormulaWeights.photos(height: 64, width: 64, count: 1)
      let left = Tensor(
        concatenating: [picture.slice(32..<64, along: 2), picture.slice(0..<32, along: 2)],
        along: 2)
      let (one, other) = (encoder.features(picture), encoder.features(left))
      #expect((one - other).sumOfSquares > 1e-4 * one.sumOfSquares)
    }
  }
}
