import Media
import Tensors

/// The even motion of a square window over a picture of any size.
///
/// For a pan it goes from near one edge to near the opposite one; for a zoom it shrinks from nearly the
/// whole picture to a half of it, or grows back.
package struct CameraPath: Sendable, Equatable {
  package let motion: CameraMotion
  /// At the left or upper edge, or the wide end of a zoom.
  private let near: Place
  /// At the right or lower edge, or the close end of a zoom, which lies somewhere in the wide one.
  private let far: Place

  private struct Place: Equatable {
    /// The side as a share of the picture's shorter side.
    let side: Double
    /// The place as shares of the room that the window has to the right and down.
    let x: Double
    let y: Double
  }

  /// Draws a random path; all motions are equally likely.
  package init(using random: inout SeededGenerator) {
    let motion = random.element(of: CameraMotion.allCases)
    self.motion = motion
    if motion.isZoom {
      near = Place(
        side: random.number(in: 0.92...1), x: random.number(in: 0...1), y: random.number(in: 0...1))
      far = Place(
        side: random.number(in: 0.4...0.55), x: random.number(in: 0...1),
        y: random.number(in: 0...1))
      return
    }
    let side = random.number(in: 0.55...0.75)
    let across = random.number(in: 0...1)
    func place(_ along: Double) -> Place {
      motion.isSideways
        ? Place(side: side, x: along, y: across) : Place(side: side, x: across, y: along)
    }
    near = place(random.number(in: 0...0.1))
    far = place(random.number(in: 0.9...1))
  }

  /// The window in each of `frameCount` frames, at least two, over a picture of `size`.
  package func windows(over size: PixelSize, frameCount: Int) -> [PixelRectangle] {
    precondition(frameCount > 1, "a camera moves in two frames or more, not \(frameCount)")
    let picture = Area(x: 0, y: 0, width: Double(size.width), height: Double(size.height))
    let shorter = min(picture.width, picture.height)
    func area(_ place: Place, in outer: Area) -> Area {
      let side = shorter * place.side
      return Area(
        x: outer.x + (outer.width - side) * place.x, y: outer.y + (outer.height - side) * place.y,
        width: side, height: side)
    }
    let start = area(near, in: picture)
    let end = area(far, in: motion.isZoom ? start : picture)
    let windows = (0..<frameCount).map { frame in
      start.moved(Double(frame) / Double(frameCount - 1), towards: end).pixels(within: size)
    }
    return motion.startsNear ? windows : windows.reversed()
  }
}

extension CameraMotion {
  fileprivate var isZoom: Bool { self == .zoomIn || self == .zoomOut }
  fileprivate var isSideways: Bool { self == .panLeft || self == .panRight }
  fileprivate var startsNear: Bool { [.panRight, .panDown, .zoomIn].contains(self) }
}

/// A part of a picture, in pixels, that may begin and end within one.
private struct Area {
  let x: Double
  let y: Double
  let width: Double
  let height: Double

  /// Returns the area at `share`, in `0...1`, of the way to `other`.
  func moved(_ share: Double, towards other: Area) -> Area {
    func between(_ a: Double, _ b: Double) -> Double { a + (b - a) * share }
    return Area(
      x: between(x, other.x), y: between(y, other.y), width: between(width, other.width),
      height: between(height, other.height))
  }

  /// The nearest square of whole pixels that lies within a picture of `size`.
  func pixels(within size: PixelSize) -> PixelRectangle {
    let side = min(max(Int(width.rounded()), 1), size.width, size.height)
    return PixelRectangle(
      x: min(max(Int(x.rounded()), 0), size.width - side),
      y: min(max(Int(y.rounded()), 0), size.height - side), width: side, height: side)
  }
}
