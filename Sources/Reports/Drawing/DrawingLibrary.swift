import CCairo

/// The reason why nothing could be drawn.
package struct DrawingError: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Problem: Sendable, Equatable {
    /// Cairo is not installed.
    case noLibrary(reason: String)
    /// Pango is not installed.
    case noTextLibrary(reason: String)
    case failed(reason: String)
    /// A side that is longer than Cairo's longest, in pixels.
    case tooLarge(width: Int, height: Int)
  }
  package let problem: Problem

  /// The longest side that Cairo draws, in pixels.
  static let longestSide = 32_000

  init(_ problem: Problem) { self.problem = problem }

  package var description: String {
    switch problem {
    case .noLibrary(let reason):
      "Cairo, which draws, is not there (\(reason)). "
        + "Install it, on Debian and Ubuntu with: apt-get install libcairo2"
    case .noTextLibrary(let reason):
      "Pango, which lays out text, is not there (\(reason)). "
        + "Install it, on Debian and Ubuntu with: apt-get install libpangocairo-1.0-0"
    case .tooLarge(let width, let height):
      "a picture of \(width)x\(height) pixels is too large: a side has at most \(Self.longestSide). Choose fewer or "
        + "smaller pictures a sheet."
    case .failed(let reason):
      "Cairo, which draws, says \"\(reason)\". Check that there is memory left."
    }
  }
}

/// The library that draws.
package enum DrawingLibrary {
  /// Its version; nil if it is not installed.
  package static var version: String? {
    ccairo_load() == nil ? String(cString: ccairo_version()) : nil
  }

  /// Throws if it is not installed.
  package static func load() throws(DrawingError) {
    if let reason = ccairo_load() {
      throw DrawingError(.noLibrary(reason: String(cString: reason)))
    }
  }

  /// The version of the library that lays out text; nil if it is not installed.
  package static var textVersion: String? {
    ccairo_load_text() == nil ? String(cString: ccairo_text_version()) : nil
  }

  /// Throws if the library that lays out text is not installed.
  package static func loadText() throws(DrawingError) {
    if let reason = ccairo_load_text() {
      throw DrawingError(.noTextLibrary(reason: String(cString: reason)))
    }
  }
}
