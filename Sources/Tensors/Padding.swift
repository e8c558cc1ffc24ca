/// Rows and columns of zeros around a picture.
public struct Padding: Hashable, Sendable {
  public var top = 0
  public var left = 0
  public var bottom = 0
  public var right = 0

  public init(top: Int, left: Int, bottom: Int, right: Int) {
    (self.top, self.left, self.bottom, self.right) = (top, left, bottom, right)
  }

  /// The same on all four sides.
  public init(_ all: Int) { self.init(top: all, left: all, bottom: all, right: all) }

  public static let none = Padding(0)
}
