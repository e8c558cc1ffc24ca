extension Image {
  /// Returns the image resized to `width` by `height` with an antialiased filter, bit for bit as
  /// `Image.resize(size, BILINEAR)` or `BICUBIC` of Pillow 13.
  ///
  /// The two directions are resampled one after the other, each rounded to 8 bits. Weights are 22-bit fixed
  /// point.
  package func resized(
    toWidth width: Int, height: Int, filter: ResamplingFilter = .bilinear
  ) -> Image {
    resized(
      to: PixelSize(width: width, height: height),
      keeping: PixelRectangle(x: 0, y: 0, width: width, height: height), filter: filter)
  }

  /// Returns the part `part` of the image resized to `size`: the same bits as a crop afterwards, without
  /// computing the rest.
  package func resized(
    to size: PixelSize, keeping part: PixelRectangle, filter: ResamplingFilter = .bilinear
  ) -> Image {
    let (width, height) = (size.width, size.height)
    precondition(width > 0 && height > 0, "cannot resize to \(width)x\(height)")
    // A direction that is not resampled keeps all its rows or columns.
    let columns = width == self.width ? nil : part.x..<part.x + part.width
    let lines = height == self.height ? nil : part.y..<part.y + part.height
    let resampled = resampled(
      columns.map { ResamplingWeights(filter, from: self.width, to: width, keeping: $0) },
      lines.map { ResamplingWeights(filter, from: self.height, to: height, keeping: $0) },
      // Pillow's rule for the order of the passes, which changes the last bit.
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
    // Resamples only the rows that some output row reads.
    let rows = horizontal == nil ? 0..<self.height : vertical?.sources ?? 0..<self.height
    return resampledRows(rows, horizontal).resampledColumns(vertical, firstRow: rows.lowerBound)
  }

  /// Returns the given rows, each resampled to `weights.count` pixels; `self` if `weights` is nil.
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

  /// Returns all columns resampled to `weights.count` pixels.
  ///
  /// Row 0 of `self` is row `firstRow` of the image that the weights were computed for.
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

/// The filter that an image is resized with.
package enum ResamplingFilter: String, Sendable, CaseIterable {
  /// A triangle of two pixels.
  case bilinear
  /// A cubic spline of four pixels (Keys, 1981), with a slope of -0.5 at its zeros.
  case bicubic

  /// Half the width of the filter in pixels, where the image is enlarged.
  fileprivate var support: Double { self == .bilinear ? 1 : 2 }

  /// Returns the weight of a pixel at a distance from the middle.
  fileprivate func weight(_ distance: Double) -> Double {
    let x = abs(distance)
    switch self {
    case .bilinear: return max(1 - x, 0)
    case .bicubic:
      // The order of operations is Pillow's.
      if x < 1 { return ((-0.5 + 2) * x - (-0.5 + 3)) * x * x + 1 }
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0
    }
  }
}

/// The filter taps of each output pixel along one side.
private struct ResamplingWeights {
  /// Weights are multiples of 2⁻²²: 8 bits of pixel, 22 of weight and 2 of headroom make 32.
  static let fractionBits: Int32 = 22
  /// The constant 0.5 in fixed point, added so that the final shift rounds.
  static let half: Int32 = 1 << (fractionBits - 1)

  /// The first input pixel and the number of taps of each output pixel.
  var starts: [Int] = []
  var tapCounts: [Int] = []
  /// `maximumTapCount` weights per output pixel; unused ones are zero.
  var values: [Int32]
  let maximumTapCount: Int

  var count: Int { starts.count }

  /// The range of input pixels that the output pixels read.
  var sources: Range<Int> { starts[0]..<starts[count - 1] + tapCounts[count - 1] }

  /// Creates the weights of a filter for the output pixels `part`.
  ///
  /// When shrinking, the filter is widened by the ratio of the sizes.
  init(
    _ filter: ResamplingFilter, from inputSize: Int, to outputSize: Int, keeping part: Range<Int>
  ) {
    let scale = Double(inputSize) / Double(outputSize)
    let widening = max(scale, 1)
    let support = filter.support * widening
    maximumTapCount = Int(support.rounded(.up)) * 2 + 1
    values = Array(repeating: 0, count: part.count * maximumTapCount)
    for (row, index) in part.enumerated() {
      let center = (Double(index) + 0.5) * scale
      let start = max(Int(center - support + 0.5), 0)
      let end = min(Int(center + support + 0.5), inputSize)
      starts.append(start)
      tapCounts.append(end - start)
      // Multiplying by the reciprocal and the order of the sum follow Pillow, as others differ in the last
      // bit.
      let weights = (start..<end).map { x in
        filter.weight((Double(x) - center + 0.5) * (1 / widening))
      }
      let total = weights.reduce(0, +)
      for (tap, weight) in weights.enumerated() {
        let share = (total == 0 ? weight : weight / total) * Double(2 * Self.half)
        values[row * maximumTapCount + tap] = Int32(share < 0 ? share - 0.5 : share + 0.5)
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

/// Converts a fixed-point sum, to which `half` was already added, to an 8-bit value.
@inline(__always)
private func rounded(_ sum: Int32) -> UInt8 {
  UInt8(clamping: sum >> ResamplingWeights.fractionBits)
}
