/// The motion of a camera over a picture; only the order of a clip's frames distinguishes it from
/// its reverse.
package enum CameraMotion: String, Sendable, CaseIterable {
  case panLeft = "pans left"
  case panRight = "pans right"
  case panUp = "pans up"
  case panDown = "pans down"
  case zoomIn = "zooms in"
  case zoomOut = "zooms out"

  /// The motion that is seen when the clip is played backwards.
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

  /// Returns a true caption of a clip over a picture with the true caption `caption`; nil if that
  /// is blank.
  ///
  /// "A dog runs left ." becomes "the camera pans up while a dog runs left". Apart from its first
  /// letter and the marks at its end the caption is unchanged, and left and right stay true, since
  /// no picture is mirrored. The motion comes first: S2VT did not learn it in the epochs that were
  /// tried while it stood behind ten other words.
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
