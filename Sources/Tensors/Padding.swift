/// The numbers of rows and columns of zeros around a map.
package struct Padding: Hashable, Sendable {
  package var top = 0
  package var left = 0
  package var bottom = 0
  package var right = 0

  package init(top: Int, left: Int, bottom: Int, right: Int) {
    (self.top, self.left, self.bottom, self.right) = (top, left, bottom, right)
  }

  /// Creates the same padding on all four sides.
  package init(_ all: Int) { self.init(top: all, left: all, bottom: all, right: all) }

  package static let none = Padding(0)
}
