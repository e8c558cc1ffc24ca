import Media

/// A picture as 9 × 8 grey cells and 64 bits, which change little when it is resized, recompressed or
/// slightly retouched.
///
/// Each bit says whether a cell is brighter than the one to its right (Krawetz, 2013). Two pictures
/// are alike when few bits differ and the cells agree: in Flickr8k 55 pairs of clearly different
/// pictures differ in no more bits, but their cells correlate by 0.94 at most; of copies at half
/// the size, of JPEG quality 20, darker, or 2 % cut off each side, 98 of 100 are found.
package struct DifferenceHash: Hashable, Sendable {
  package let bits: UInt64
  /// The mean brightness of each cell, row by row.
  let cells: [UInt8]

  /// The maximum number of bits that differ between two pictures that are alike.
  static let distanceLimit = 8
  /// The least correlation of the cells of two pictures that are alike.
  static let correlationLimit = 0.97
  /// The useful size to decode a picture at: eight times `9 × 8` cells.
  package static let usefulSize = PixelSize(width: 72, height: 64)

  /// Creates the hash of `image`; nil if it is so even that the bits would be noise.
  package init?(_ image: Image) { self.init(cells: Self.cells(of: image)) }

  init?(cells: [UInt8]) {
    precondition(cells.count == 72, "9 x 8 cells, not \(cells.count)")
    guard let darkest = cells.min(), let brightest = cells.max(),
      brightest - darkest >= Self.leastContrast
    else { return nil }
    var bits: UInt64 = 0
    for y in 0..<8 {
      for x in 0..<8 { bits = bits << 1 | (cells[y * 9 + x] > cells[y * 9 + x + 1] ? 1 : 0) }
    }
    (self.bits, self.cells) = (bits, cells)
  }

  /// Returns true if both are probably hashes of one picture.
  package func isLike(_ other: DifferenceHash) -> Bool {
    (bits ^ other.bits).nonzeroBitCount <= Self.distanceLimit
      && correlation(with: other) >= Self.correlationLimit
  }

  /// Returns Pearson's correlation of the cells, in `-1...1`.
  private func correlation(with other: DifferenceHash) -> Double {
    var (a, b, aa, bb, ab) = (0, 0, 0, 0, 0)
    for (x, y) in zip(cells, other.cells) {
      let (x, y) = (Int(x), Int(y))
      (a, b) = (a + x, b + y)
      (aa, bb, ab) = (aa + x * x, bb + y * y, ab + x * y)
    }
    let count = cells.count
    let product = Double(count * aa - a * a) * Double(count * bb - b * b)
    return product == 0 ? 0 : Double(count * ab - a * b) / product.squareRoot()
  }

  /// The least contrast, of 255; pictures below it show little more than sky.
  private static let leastContrast: UInt8 = 12

  /// Returns the mean brightness of 9 × 8 cells, in `0...255`, row by row.
  private static func cells(of image: Image) -> [UInt8] {
    var cells: [UInt8] = []
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
          cells.append(UInt8(sum / (rows.count * columns.count * 256)))
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

/// Finds pictures that are alike without comparing all pairs.
///
/// Of nine bands of bits one is the same in both of two hashes that differ in at most eight bits, so only
/// hashes that share a band are compared.
///
/// - Parameter hashes: The hashes, which may repeat.
/// - Returns: Groups of two or more positions in `hashes`, each connected by likenesses, sorted.
package func alikeGroups(_ hashes: [DifferenceHash]) -> [[Int]] {
  let positions = Dictionary(grouping: hashes.indices) { hashes[$0] }
  let distinct = Array(positions.keys)
  let bits = distinct.map(\.bits)
  var sets = DisjointSets(count: distinct.count)
  let bandCount = DifferenceHash.distanceLimit + 1
  for band in 0..<bandCount {
    let range = (64 * band / bandCount)..<(64 * (band + 1) / bandCount)
    let mask = ((UInt64(1) << UInt64(range.count)) - 1) << UInt64(range.lowerBound)
    for sharing in Dictionary(grouping: bits.indices, by: { bits[$0] & mask }).values {
      // The bits are stored in one array: nearly all of the time is spent on them.
      let sharedBits = sharing.map { bits[$0] }
      for i in sharedBits.indices {
        let first = sharedBits[i]
        for j in i + 1..<sharedBits.count
        where (first ^ sharedBits[j]).nonzeroBitCount <= DifferenceHash.distanceLimit {
          guard distinct[sharing[i]].isLike(distinct[sharing[j]]) else { continue }
          sets.join(sharing[i], sharing[j])
        }
      }
    }
  }
  return sets.groups.map { group in group.flatMap { positions[distinct[$0]] ?? [] }.sorted() }
    .filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
}

/// Disjoint sets of numbers (Galler & Fischer, 1964).
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
