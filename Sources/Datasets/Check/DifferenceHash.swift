import Media

/// A picture in 64 bits, which change little when it is resized, recompressed or slightly retouched.
///
/// The picture is reduced to 9 × 8 grey cells; each bit says whether a cell is brighter than the one to
/// its right (Krawetz, 2013). Two pictures are alike when few bits differ.
package struct DifferenceHash: Hashable, Sendable {
  package let bits: UInt64
  /// How many bits may differ between two pictures that are taken for one.
  package static let likenessLimit = 4
  /// How much smaller than `9 × 8` cells of this many pixels a picture need not be decoded.
  package static let usefulSize = PixelSize(width: 72, height: 64)

  /// The hash of `image`; nil for one so even that its bits would be noise.
  package init?(_ image: Image) {
    let cells = Self.cells(of: image)
    guard let darkest = cells.min(), let brightest = cells.max(),
      brightest - darkest >= Self.leastContrast
    else { return nil }
    var bits: UInt64 = 0
    for y in 0..<8 {
      for x in 0..<8 { bits = bits << 1 | (cells[y * 9 + x] > cells[y * 9 + x + 1] ? 1 : 0) }
    }
    self.bits = bits
  }

  /// How many bits differ.
  package func distance(to other: DifferenceHash) -> Int {
    (bits ^ other.bits).nonzeroBitCount
  }

  /// Of 255; below it the sky is all there is.
  private static let leastContrast = 12

  /// The mean brightness of 9 × 8 cells, in `0...255`, row by row.
  private static func cells(of image: Image) -> [Int] {
    var cells: [Int] = []
    image.pixels.withUnsafeBufferPointer { pixels in
      for row in 0..<8 {
        let rows = range(row, of: 8, in: image.height)
        for column in 0..<9 {
          let columns = range(column, of: 9, in: image.width)
          var sum = 0
          for y in rows {
            let start = (y * image.width + columns.lowerBound) * 3
            for x in 0..<columns.count {
              let pixel = start + 3 * x
              // The weights of ITU-R 601, in 256ths.
              sum +=
                77 * Int(pixels[pixel]) + 150 * Int(pixels[pixel + 1])
                + 29 * Int(pixels[pixel + 2])
            }
          }
          cells.append(sum / (rows.count * columns.count * 256))
        }
      }
    }
    return cells
  }

  /// The pixels of part `index` of `count` equal ones; at least one.
  private static func range(_ index: Int, of count: Int, in size: Int) -> Range<Int> {
    let start = min(index * size / count, size - 1)
    return start..<max(start + 1, (index + 1) * size / count)
  }
}

/// Finds hashes that differ in few bits without comparing all with all.
///
/// Of `limit + 1` bands of bits one is the same in both of two hashes that differ in at most `limit`
/// bits, so only hashes that share a band are compared.
///
/// - Parameters:
///   - hashes: May hold the same hash many times.
///   - limit: How many bits may differ.
/// - Returns: Groups of two or more positions in `hashes`, each connected by such likenesses, sorted.
package func alikeGroups(
  _ hashes: [DifferenceHash], limit: Int = DifferenceHash.likenessLimit
) -> [[Int]] {
  let positions = Dictionary(grouping: hashes.indices) { hashes[$0] }
  let distinct = positions.keys.sorted { $0.bits < $1.bits }
  var sets = DisjointSets(count: distinct.count)
  for band in 0...limit {
    let bits = (64 * band / (limit + 1))..<(64 * (band + 1) / (limit + 1))
    let mask = ((UInt64(1) << UInt64(bits.count)) - 1) << UInt64(bits.lowerBound)
    let order = distinct.indices.sorted { distinct[$0].bits & mask < distinct[$1].bits & mask }
    var start = 0
    while start < order.count {
      let shared = distinct[order[start]].bits & mask
      let end = order[start...].firstIndex { distinct[$0].bits & mask != shared } ?? order.count
      for i in start..<end {
        for j in i + 1..<end
        where distinct[order[i]].distance(to: distinct[order[j]]) <= limit {
          sets.join(order[i], order[j])
        }
      }
      start = end
    }
  }
  return sets.groups.map { group in group.flatMap { positions[distinct[$0]] ?? [] }.sorted() }
    .filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
}

/// Which of some things belong together (Galler & Fischer, 1964).
private struct DisjointSets {
  private var parents: [Int]

  init(count: Int) { parents = Array(0..<count) }

  mutating func join(_ a: Int, _ b: Int) { parents[root(a)] = root(b) }

  var groups: [[Int]] {
    var sets = self
    return Array(Dictionary(grouping: parents.indices) { sets.root($0) }.values)
  }

  private mutating func root(_ member: Int) -> Int {
    var member = member
    while parents[member] != member {
      parents[member] = parents[parents[member]]
      member = parents[member]
    }
    return member
  }
}
