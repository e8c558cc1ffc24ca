import Media
import Tensors
import Testing

@testable import Synthesis

@Suite("Camera paths")
struct CameraPathTests {
  let paths: [CameraPath]
  /// Square, wide, tall, a strip, and the smallest.
  static let sizes = [(224, 224), (500, 333), (333, 500), (2000, 100), (32, 32), (33, 480)]
    .map(PixelSize.init)

  init() {
    var random = SeededGenerator(seed: 1)
    paths = (0..<1000).map { _ in CameraPath(using: &random) }
  }

  @Test("stay inside the picture with a square window", arguments: sizes)
  func inside(size: PixelSize) {
    for path in paths {
      let windows = path.windows(over: size, frameCount: 12)
      #expect(windows.count == 12)
      for window in windows {
        #expect(window.width == window.height && window.width > 0)
        #expect(window.x >= 0 && window.x + window.width <= size.width)
        #expect(window.y >= 0 && window.y + window.height <= size.height)
      }
    }
  }

  @Test("pan from near one edge to near the opposite one, as their motions say", arguments: sizes)
  func pans(size: PixelSize) throws {
    for path in paths {
      let windows = path.windows(over: size, frameCount: 12)
      let (first, last) = try (#require(windows.first), #require(windows.last))
      // Where the window is in its room, along the way and across it.
      let (x, y) = (
        [first, last].map { (at: Double($0.x), of: Double(size.width - $0.width)) },
        [first, last].map { (at: Double($0.y), of: Double(size.height - $0.height)) }
      )
      let ways:
        (along: [(at: Double, of: Double)], across: [(at: Double, of: Double)], isForward: Bool)
      switch path.motion {
      case .panLeft: ways = (x, y, false)
      case .panRight: ways = (x, y, true)
      case .panUp: ways = (y, x, false)
      case .panDown: ways = (y, x, true)
      case .zoomIn, .zoomOut: continue
      }
      let (near, far) = ways.isForward ? (0, 1) : (1, 0)
      #expect(ways.along[near].at <= 0.1 * ways.along[near].of + 1)
      #expect(ways.along[far].at >= 0.9 * ways.along[far].of - 1)
      #expect(ways.across[0].at == ways.across[1].at)
      let share = Double(first.width) / Double(min(size.width, size.height))
      #expect(share > 0.53 && share < 0.77)
      #expect(Set(windows.map(\.width)) == [first.width])
    }
  }

  @Test("zoom between nearly the whole picture and about half of it, windows within windows")
  func zooms() throws {
    for path in paths where [.zoomIn, .zoomOut].contains(path.motion) {
      var windows = path.windows(over: PixelSize(width: 500, height: 333), frameCount: 12)
      if path.motion == .zoomOut { windows.reverse() }
      let sides = windows.map { Double($0.width) / 333 }
      #expect(sides[0] > 0.91 && sides[11] > 0.39 && sides[11] < 0.56)
      for (outer, inner) in zip(windows, windows.dropFirst()) {
        #expect(inner.width < outer.width)
        #expect(inner.x >= outer.x && inner.x + inner.width <= outer.x + outer.width + 1)
        #expect(inner.y >= outer.y && inner.y + inner.height <= outer.y + outer.height + 1)
      }
    }
  }

  @Test("are even: no step is more than a pixel longer or shorter than another")
  func even() {
    for path in paths {
      let windows = path.windows(over: PixelSize(width: 640, height: 480), frameCount: 9)
      for coordinate in [\PixelRectangle.x, \.y, \.width] {
        let steps = zip(windows, windows.dropFirst()).map {
          $1[keyPath: coordinate] - $0[keyPath: coordinate]
        }
        #expect((steps.max() ?? 0) - (steps.min() ?? 0) <= 2)
      }
    }
  }

  @Test("do all there is to do, about equally often")
  func balance() {
    for motion in CameraMotion.allCases {
      let count = paths.count { $0.motion == motion }
      #expect(count > 120 && count < 220, "\(motion.rawValue): \(count) of 1,000")
    }
  }
}
