/// What a camera does over a picture; only the order of a clip's frames tells it from its reverse.
package enum CameraMotion: String, Sendable, CaseIterable {
  case panLeft = "pans left"
  case panRight = "pans right"
  case panUp = "pans up"
  case panDown = "pans down"
  case zoomIn = "zooms in"
  case zoomOut = "zooms out"

  /// What is seen when the clip is played backwards.
  package var reversed: CameraMotion {
    switch self {
    case .panLeft: .panRight
    case .panRight: .panLeft
    case .panUp: .panDown
    case .panDown: .panUp
    case .zoomIn: .zoomOut
    case .zoomOut: .zoomIn
    }
  }

  /// What is true of a clip over a picture of which `caption` is true; nil if that says nothing.
  ///
  /// "A dog runs left ." becomes "A dog runs left while the camera pans up": the caption stays as it is but
  /// for the marks at its end, and what it says of left and right stays true, for no picture is mirrored.
  package func caption(of caption: String) -> String? {
    let end = caption.lastIndex { !$0.isWhitespace && !".,;:!?".contains($0) }
    return end.map { "\(caption[...$0]) while the camera \(rawValue)" }
  }
}
