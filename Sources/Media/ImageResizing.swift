extension Image {
  /// The picture resized to `width` by `height` with the antialiased bilinear filter of Pillow's
  /// `Image.resize(size, BILINEAR)`, to the same bits as Pillow 13.
  ///
  /// One direction, then the other, each rounded to 8 bits; weights are 22-bit fixed point.
  package func resized(toWidth width: Int, height: Int) -> Image {
    resized(
      to: PixelSize(width: width, height: height),
      keeping: PixelRectangle(x: 0, y: 0, width: width, height: height))
  }

  /// The part `part` of the picture resized to `size`: the same bits, without the work for the rest.
  package func resized(to size: PixelSize, keeping part: PixelRectangle) -> Image {
    let (width, height) = (size.width, size.height)
    precondition(width > 0 && height > 0, "cannot resize to \(width)x\(height)")
    // What is not resampled keeps all its rows or columns.
    let columns = width == self.width ? nil : part.x..<part.x + part.width
    let lines = height == self.height ? nil : part.y..<part.y + part.height
    let resampled = resampled(
      columns.map { ResamplingWeights(from: self.width, to: width, keeping: $0) },
      lines.map { ResamplingWeights(from: self.height, to: height, keeping: $0) },
      // Pillow's rule for which pass leaves less work to the other. The order shows in the last bit.
      isColumnsFirst: self.height > height && self.height - height > 2 * (self.width - width))
    return resampled.cropped(
      to: PixelRectangle(
        x: columns == nil ? part.x : 0, y: lines == nil ? part.y : 0, width: part.width,
        height: part.height))
  }

  private func resampled(
    _ horizontal: ResamplingWeights?, _ vertical: ResamplingWeights?, isColumnsFirst: Bool
  ) -> Image {
    if isColumnsFirst {
      let image = resampledColumns(vertical)
      return image.resampledRows(0..<image.height, horizontal)
    }
    // Only the rows some output row reads are resampled; others would be computed in vain.
    let rows = horizontal == nil ? 0..<self.height : vertical?.sources ?? 0..<self.height
    return resampledRows(rows, horizontal).resampledColumns(vertical, firstRow: rows.lowerBound)
  }

  /// The given rows, each resampled to `weights.count` pixels; `self` if there is nothing to do.
  private func resampledRows(_ rows: Range<Int>, _ weights: ResamplingWeights?) -> Image {
    guard let weights else { return self }
    let rowBytes = weights.count * 3
    let resampled = [UInt8](unsafeUninitializedCapacity: rows.count * rowBytes) { target, count in
      pixels.withUnsafeBufferPointer { source in
        weights.values.withUnsafeBufferPointer { values in
          for (index, row) in rows.enumerated() {
            let from = UnsafeBufferPointer(
              rebasing: source[row * width * 3..<(row + 1) * width * 3])
            let to = UnsafeMutableBufferPointer(
              rebasing: target[index * rowBytes..<(index + 1) * rowBytes])
            resampleRow(from, to, weights, values)
          }
        }
      }
      count = rows.count * rowBytes
    }
    return Image(width: weights.count, height: rows.count, pixels: resampled)
  }

  /// All columns resampled to `weights.count` pixels; row 0 of `self` is row `firstRow` of the
  /// picture the weights are for.
  private func resampledColumns(_ weights: ResamplingWeights?, firstRow: Int = 0) -> Image {
    guard let weights else { return self }
    let rowBytes = width * 3
    var sums = [Int32](repeating: 0, count: rowBytes)
    let resampled = [UInt8](unsafeUninitializedCapacity: weights.count * rowBytes) {
      target, count in
      pixels.withUnsafeBufferPointer { source in
        sums.withUnsafeMutableBufferPointer { sums in
          for index in 0..<weights.count {
            sums.update(repeating: ResamplingWeights.half)
            for tap in 0..<weights.tapCounts[index] {
              let row = weights.starts[index] + tap - firstRow
              let weight = weights.values[index * weights.maximumTapCount + tap]
              for x in 0..<rowBytes {
                sums[x] &+= weight &* Int32(source[row * rowBytes + x])
              }
            }
            for x in 0..<rowBytes {
              target[index * rowBytes + x] = rounded(sums[x])
            }
          }
        }
      }
      count = weights.count * rowBytes
    }
    return Image(width: width, height: weights.count, pixels: resampled)
  }
}

/// For each output pixel along one side, which input pixels it mixes and how much of each.
private struct ResamplingWeights {
  /// Weights are multiples of 2⁻²²: 8 bits of pixel, 22 of weight and 2 of headroom fill 32.
  static let fractionBits: Int32 = 22
  /// One half, which makes the final shift round.
  static let half: Int32 = 1 << (fractionBits - 1)

  /// The first input pixel of each output pixel, and how many it mixes.
  var starts: [Int] = []
  var tapCounts: [Int] = []
  /// `maximumTapCount` weights per output pixel, the unused ones zero.
  var values: [Int32]
  let maximumTapCount: Int

  var count: Int { starts.count }

  /// All input pixels that any output pixel reads.
  var sources: Range<Int> { starts[0]..<starts[count - 1] + tapCounts[count - 1] }

  /// The triangle filter, as wide as the ratio of the sizes when shrinking, for the output pixels `part`.
  init(from inputSize: Int, to outputSize: Int, keeping part: Range<Int>) {
    let scale = Double(inputSize) / Double(outputSize)
    let support = max(scale, 1)
    maximumTapCount = Int(support.rounded(.up)) * 2 + 1
    values = Array(repeating: 0, count: part.count * maximumTapCount)
    for (row, index) in part.enumerated() {
      let center = (Double(index) + 0.5) * scale
      let start = max(Int(center - support + 0.5), 0)
      let end = min(Int(center + support + 0.5), inputSize)
      starts.append(start)
      tapCounts.append(end - start)
      // The reciprocal and the order of the sum are Pillow's: another order differs in the last bit.
      let triangle = (start..<end).map { x in
        max(1 - abs((Double(x) - center + 0.5) * (1 / support)), 0)
      }
      let total = triangle.reduce(0, +)
      for (tap, weight) in triangle.enumerated() {
        let share = total == 0 ? weight : weight / total
        values[row * maximumTapCount + tap] = Int32(0.5 + share * Double(2 * Self.half))
      }
    }
  }
}

private func resampleRow(
  _ source: UnsafeBufferPointer<UInt8>, _ target: UnsafeMutableBufferPointer<UInt8>,
  _ weights: ResamplingWeights, _ values: UnsafeBufferPointer<Int32>
) {
  for x in 0..<weights.count {
    var (red, green, blue) = (
      ResamplingWeights.half, ResamplingWeights.half, ResamplingWeights.half
    )
    var read = weights.starts[x] * 3
    var tap = x * weights.maximumTapCount
    for _ in 0..<weights.tapCounts[x] {
      let weight = values[tap]
      red &+= weight &* Int32(source[read])
      green &+= weight &* Int32(source[read + 1])
      blue &+= weight &* Int32(source[read + 2])
      read += 3
      tap += 1
    }
    target[x * 3] = rounded(red)
    target[x * 3 + 1] = rounded(green)
    target[x * 3 + 2] = rounded(blue)
  }
}

/// The 8-bit pixel nearest to a fixed-point sum that already holds its half.
@inline(__always)
private func rounded(_ sum: Int32) -> UInt8 {
  UInt8(clamping: sum >> ResamplingWeights.fractionBits)
}
