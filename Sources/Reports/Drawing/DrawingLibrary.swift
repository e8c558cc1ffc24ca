import CCairo

/// The reason why nothing could be drawn.
package struct DrawingError: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Problem: Sendable, Equatable {
    /// Cairo is not installed.
    case noLibrary(reason: String)
    case failed(reason: String)
  }
  package let problem: Problem

  init(_ problem: Problem) { self.problem = problem }

  package var description: String {
    switch problem {
    case .noLibrary(let reason):
      "Cairo, which draws, is not there (\(reason)). "
        + "Install it, on Debian and Ubuntu with: apt-get install libcairo2"
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
}
