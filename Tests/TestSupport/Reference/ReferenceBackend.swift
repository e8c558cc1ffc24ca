import Tensors

/// A backend with each kernel as its formula, in naive loops over float64.
///
/// The results of a fast backend are compared with it, and central differences on it check every gradient to more
/// digits than `Float` has. Nothing is optimised, to keep it readable.
package final class ReferenceBackend: Backend {
  package init() {}

  package func makeBuffer(count: Int, type: ElementType) -> Buffer {
    ReferenceBuffer(count: count, type: type)
  }

  package func write(_ floats: [Float], to y: Region) { y.values = floats.map(Double.init) }

  package func write(pixels: [UInt8], scale: [Float], shift: [Float], to y: Region) {
    y.values = pixels.enumerated().map { index, byte in
      (Double(byte) * Double(scale[index % 3]) + Double(shift[index % 3])).rounded(to: y.type)
    }
  }

  package func floats(in x: Region) -> [Float] { x.values.map(Float.init) }

  package func convert(_ x: Region, into y: Region) {
    y.values = x.values.map { $0.rounded(to: y.type) }
  }

  package func quantizeRows(
    _ x: Region, rows: Int, limit: Float, into y: Region
  ) -> [Float] {
    let (values, columns) = (x.values, x.count / rows)
    let scales = (0..<rows).map { row in
      let largest = values[row * columns..<(row + 1) * columns].map(abs).max() ?? 0
      return largest > 0 ? Float(largest) / limit : 1
    }
    y.values = values.enumerated().map { ($1 / Double(scales[$0 / columns])).rounded(to: y.type) }
    return scales
  }

  package func reused(_ x: Region, as type: ElementType) -> Region {
    let region = Region(makeBuffer(count: x.count, type: type))
    region.values = x.values
    return region
  }

  package func fill(_ y: Region, with value: Float) {
    y.values = Array(repeating: Double(value), count: y.count)
  }

  package func makeZeros(count: Int, type: ElementType) -> Buffer {
    let buffer = makeBuffer(count: count, type: type)
    fill(Region(buffer), with: 0)
    return buffer
  }

  package func isFinite(_ x: Region) -> Bool { x.values.allSatisfy(\.isFinite) }
}

extension Device {
  /// Returns a new device that computes in float64.
  package static func reference() -> Device { Device(ReferenceBackend()) }
}

/// Memory of the reference backend, in float64 for every element type.
package final class ReferenceBuffer: Buffer, @unchecked Sendable {
  fileprivate var values: [Double]

  /// The elements, filled with NaN, so that one that no kernel has written shows in the result.
  package override init(count: Int, type: ElementType) {
    values = Array(repeating: .nan, count: count)
    super.init(count: count, type: type)
  }
}

extension Region {
  /// The elements of a region that a `ReferenceBackend` made.
  package var values: [Double] {
    get { Array(reference.values[offset..<offset + count]) }
    nonmutating set {
      precondition(newValue.count == count, "reference: \(newValue.count) numbers for \(count)")
      reference.values.replaceSubrange(offset..<offset + count, with: newValue)
    }
  }

  private var reference: ReferenceBuffer {
    guard let buffer = buffer as? ReferenceBuffer else {
      preconditionFailure("reference: a tensor of another device among the inputs")
    }
    return buffer
  }
}

extension Tensor {
  /// Creates a tensor on a reference device from numbers with more digits than a `Float` has.
  package init(doubles: [Double], shape: Shape, on reference: Device) {
    self.init(uninitialized: shape, on: reference)
    region.values = doubles
  }

  /// The elements of a tensor on a reference device.
  package var doubles: [Double] { region.values }
}

extension Double {
  /// Returns the nearest number that the type can hold.
  func rounded(to type: ElementType) -> Double {
    func whole(_ scale: Float, _ range: ClosedRange<Double>) -> Double {
      let number = (self / Double(scale)).rounded(.toNearestOrEven)
      return min(max(number, range.lowerBound), range.upperBound) * Double(scale)
    }
    switch type {
    case .float32: return self
    case .bfloat16: return roundedToBFloat16(self)
    case .int8(let scale): return whole(scale, -128...127)
    case .uint8(let scale): return whole(scale, 0...255)
    }
  }
}

/// Returns the nearest number with 8 bits of precision, and of two equally near ones the even one.
private func roundedToBFloat16(_ value: Double) -> Double {
  let bits = Float(value).bitPattern
  guard value.isFinite else { return value }
  let (kept, cut) = (bits >> 16, bits & 0xffff)
  let up = cut > 0x8000 || (cut == 0x8000 && kept & 1 == 1)
  return Double(Float(bitPattern: (kept + (up ? 1 : 0)) << 16))
}
