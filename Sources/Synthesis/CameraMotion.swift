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
  /// "A dog runs left ." becomes "the camera pans up while a dog runs left": but for its first letter and the
  /// marks at its end the caption stays as it is, and what it says of left and right stays true, for no
  /// picture is mirrored. What the camera does comes first since S2VT learned nothing of it in the
  /// epochs that were tried while it stood behind ten other words.
  package func caption(of caption: String) -> String? {
    guard let end = caption.lastIndex(where: { !$0.isWhitespace && !".,;:!?".contains($0) })
    else { return nil }
    let event = caption[...end].drop { $0.isWhitespace }
    // An acronym stays one.
    let isAcronym = event.dropFirst().first?.isUppercase ?? false
    let lowered = isAcronym ? String(event) : event.prefix(1).lowercased() + event.dropFirst()
    return "the camera \(rawValue) while \(lowered)"
  }
}
