import Glibc
import Media
import Tensors

/// Turns scenes into pixels.
struct Painter: Sendable {
  /// Width and height, in pixels.
  let size: Int

  /// The picture of `things` on `background`, later things over earlier ones.
  func image(
    of things: [Thing], on background: Background, noise random: inout SeededGenerator
  ) -> Image {
    var canvas = (0..<size * size).map { pixel in
      background.color(at: center(ofPixel: pixel % size, pixel / size))
    }
    for thing in things { paint(thing, on: &canvas) }
    return Image(
      width: size, height: size, pixels: quantized(canvas, background.noise, using: &random))
  }

  private func center(ofPixel x: Int, _ y: Int) -> Point {
    Point(x: (Double(x) + 0.5) / Double(size), y: (Double(y) + 0.5) / Double(size))
  }

  /// Lays a thing over the canvas; a pixel on its edge takes its colour in part.
  private func paint(_ thing: Thing, on canvas: inout [SIMD3<Double>]) {
    let outline = Outline(of: thing.shape)
    let (cosine, sine) = (cos(thing.turn), sin(thing.turn))
    let pixelsPerUnit = thing.radius * Double(size)
    for y in pixels(thing.center.y, thing.reach) {
      for x in pixels(thing.center.x, thing.reach) {
        let point = center(ofPixel: x, y)
        let (dx, dy) = (point.x - thing.center.x, point.y - thing.center.y)
        let turned = Point(
          x: (dx * cosine + dy * sine) / thing.radius, y: (dy * cosine - dx * sine) / thing.radius)
        let distance = outline.signedDistance(to: turned) * pixelsPerUnit
        // As if the edge were straight: half of the pixel where the edge goes through its middle.
        let coverage = min(max(0.5 - distance, 0), 1)
        canvas[y * size + x] += (thing.color - canvas[y * size + x]) * coverage
      }
    }
  }

  /// The pixels that `middle - reach...middle + reach` touches.
  private func pixels(_ middle: Double, _ reach: Double) -> Range<Int> {
    let lower = Int((middle - reach) * Double(size)) - 1
    let upper = Int((middle + reach) * Double(size)) + 2
    return max(lower, 0)..<min(upper, size)
  }

  /// Bytes, after noise that is most often small and never above `noise`.
  private func quantized(
    _ canvas: [SIMD3<Double>], _ noise: Double, using random: inout SeededGenerator
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(3 * canvas.count)
    let strength = 255 * noise / 1024
    for color in canvas {
      // Six numbers of ten bits: the difference of two falls on a triangle about 0.
      var bits = random.next()
      for channel in 0..<3 {
        let difference = Int(bits & 1023) - Int(bits >> 10 & 1023)
        bits >>= 20
        let value = 255 * color[channel] + strength * Double(difference)
        // Rounds; without SSE 4.1, `rounded()` would call a function.
        bytes.append(UInt8(min(max(value + 0.5, 0), 255)))
      }
    }
    return bytes
  }
}
