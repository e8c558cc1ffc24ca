import Media
import Testing

@testable import Datasets

@Suite("Difference hash")
struct DifferenceHashTests {
  /// A picture whose brightness at a place, both in `0..<1`, is `brightness`.
  private func picture(
    _ width: Int, _ height: Int, _ brightness: (Double, Double) -> Double
  ) -> Image {
    var pixels: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        let value = brightness(Double(x) / Double(width), Double(y) / Double(height))
        pixels += [UInt8](repeating: UInt8(min(max(value, 0), 1) * 255), count: 3)
      }
    }
    return Image(width: width, height: height, pixels: pixels)
  }

  private func waves(_ x: Double, _ y: Double) -> Double {
    0.5 + 0.25 * triangle(2.3 * x + y) + 0.2 * triangle(3.1 * y - 1.7 * x)
  }

  /// A wave of straight lines: the tests have no need of a sine.
  private func triangle(_ x: Double) -> Double {
    let phase = x - x.rounded(.down)
    return phase < 0.5 ? 4 * phase - 1 : 3 - 4 * phase
  }

  @Test("says which of neighbouring cells is brighter")
  func bits() {
    let darkening = picture(90, 80) { x, _ in 1 - x }
    #expect(DifferenceHash(darkening)?.bits == .max)
    let brightening = picture(90, 80) { x, _ in x }
    #expect(DifferenceHash(brightening)?.bits == 0)
    let half = picture(90, 80) { x, y in y < 0.5 ? 1 - x : x }
    #expect(DifferenceHash(half)?.bits == 0xFFFF_FFFF_0000_0000)
  }

  @Test("hardly changes with size, brightness and noise, and much with what is shown")
  func likeness() throws {
    let original = try #require(DifferenceHash(picture(640, 480, waves)))
    let smaller = try #require(DifferenceHash(picture(123, 77, waves)))
    #expect(original.isLike(smaller))
    let darker = try #require(DifferenceHash(picture(200, 150) { 0.8 * waves($0, $1) }))
    #expect(original.isLike(darker))
    var state: UInt64 = 1
    let noisy = try #require(
      DifferenceHash(
        picture(320, 240) { x, y in
          state = state &* 6_364_136_223_846_793_005 &+ 1
          return waves(x, y) + Double(state >> 56) / 255 * 0.1 - 0.05
        }))
    #expect(original.isLike(noisy))
    let mirrored = try #require(DifferenceHash(picture(320, 240) { waves(1 - $0, $1) }))
    #expect(!original.isLike(mirrored))
  }

  @Test("is not given to pictures that show nothing, and exists for the smallest")
  func limits() {
    #expect(DifferenceHash(picture(50, 50) { _, _ in 0.5 }) == nil)
    #expect(DifferenceHash(Image(width: 1, height: 1, pixels: [1, 2, 3])) == nil)
    #expect(DifferenceHash(Image(width: 2, height: 1, pixels: [255, 255, 255, 0, 0, 0])) != nil)
  }

  /// Cells of straight slopes in a random direction, with some noise.
  private struct RandomCells {
    var state: UInt64 = 7

    mutating func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state ^ state >> 29) >> 16 % UInt64(bound))
    }

    mutating func hash() -> DifferenceHash? {
      DifferenceHash(cells: (0..<72).map { _ in UInt8(next(200)) })
    }

    mutating func copy(of hash: DifferenceHash, noise: Int) -> DifferenceHash? {
      DifferenceHash(
        cells: hash.cells.map { UInt8(min(max(Int($0) + next(2 * noise + 1) - noise, 0), 255)) })
    }
  }

  @Test("finds the same groups as comparing all with all")
  func groups() throws {
    var random = RandomCells()
    var hashes: [DifferenceHash] = []
    for _ in 0..<60 {
      let hash = random.hash()
      hashes.append(try #require(hash))
    }
    // Near copies of growing distance, and exact ones.
    for index in 0..<60 {
      let copy = random.copy(of: hashes[index], noise: index % 12 * 3)
      hashes.append(try #require(copy))
    }
    let groups = naiveGroups(hashes)
    #expect(groups.count > 20 && groups.count < 60)
    #expect(alikeGroups(hashes) == groups)
    #expect(alikeGroups([]) == [])
  }

  private func naiveGroups(_ hashes: [DifferenceHash]) -> [[Int]] {
    var label = Array(hashes.indices)
    for i in hashes.indices {
      for j in 0..<i where hashes[i].isLike(hashes[j]) && label[i] != label[j] {
        let (from, to) = (label[i], label[j])
        for k in label.indices where label[k] == from { label[k] = to }
      }
    }
    return Dictionary(grouping: hashes.indices) { label[$0] }.values
      .filter { $0.count > 1 }.map { $0.sorted() }.sorted { $0[0] < $1[0] }
  }

  @Test("of ten thousand pictures, half of them there twice, takes no time")
  func scale() throws {
    var random = RandomCells()
    let once = (0..<5000).compactMap { _ in random.hash() }
    let clock = ContinuousClock()
    var count = 0
    let time = clock.measure { count = alikeGroups(once + once).count }
    #expect(count >= 4990)
    // Without the optimiser, all with all would take minutes.
    #expect(time < .seconds(20))
  }
}
