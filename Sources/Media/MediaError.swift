/// An error from reading an image or a video.
public struct MediaError: Error, Equatable, CustomStringConvertible {
  /// The kinds of failure; a closed list that scripts may rely on.
  public enum Code: String, Sendable, CaseIterable {
    case missing, unreadable, empty, unsupported, truncated, corrupt, timeout, cancelled, `internal`
    case notMedia = "not_media"
    case tooLarge = "too_large"
    case tooLong = "too_long"
    case noFrames = "no_frames"
    case decoderCrashed = "decoder_crashed"
    case outsideRoot = "outside_root"
  }

  /// The stage in which reading failed.
  package enum Stage: String, Sendable {
    case open, decode
  }

  /// The path of the file, as the user gave it.
  public let path: String
  /// The kind of failure.
  public let code: Code
  package let stage: Stage
  /// The problem and its remedy, in whole sentences.
  public let problem: String

  package init(path: String, code: Code, stage: Stage, problem: String) {
    self.path = path
    self.code = code
    self.stage = stage
    self.problem = problem
  }

  public var description: String { "\(path): \(problem)" }
}

/// A warning or remark about an image or a video that was read.
package struct MediaWarning: Sendable, Equatable {
  package let code: MediaError.Code
  package let message: String
  /// True if nothing is wrong and the message is only information.
  package let isRemark: Bool

  package init(code: MediaError.Code, message: String, isRemark: Bool = false) {
    (self.code, self.message, self.isRemark) = (code, message, isRemark)
  }

  /// The warning for an animation of which only the first frame was read.
  package static let firstPictureOnly = MediaWarning(
    code: .unsupported,
    message: "moves, and only its first picture was used (--every, --scenes or --frames "
      + "caption it as a clip)")

  /// The remark for an HDR image with transfer function `transfer` that was tone-mapped to SDR.
  static func toneMapped(_ transfer: String) -> MediaWarning {
    MediaWarning(
      code: .unsupported, message: "HDR (\(transfer)), shown in SDR with white at 203 cd/m\u{B2}",
      isRemark: true)
  }

  /// The warning for an HDR image that was not tone-mapped because it has alpha.
  static func notToneMapped(_ transfer: String) -> MediaWarning {
    MediaWarning(
      code: .unsupported,
      message: "HDR (\(transfer)) with transparency, whose light is not adapted to SDR")
  }
}

/// An error from a decoder, without the name of the file.
struct StillImageProblem: Error, Equatable {
  let code: MediaError.Code
  /// The problem, such as "not a complete JPEG (ends inside its header)".
  let fact: String
  /// The remedy, as a sentence.
  let remedy: String

  init(_ code: MediaError.Code, _ fact: String, remedy: String = "Get a fresh copy.") {
    self.code = code
    self.fact = fact
    self.remedy = remedy
  }

  /// Returns the error for the file `name`.
  func error(_ name: String) -> MediaError {
    MediaError(path: name, code: code, stage: .decode, problem: "\(fact). \(remedy)")
  }

  /// The same problem as a warning, for callers that accept damage.
  var warning: MediaWarning { MediaWarning(code: code, message: fact) }

  /// Returns the problem of a truncated file whose first pixels can be decoded.
  static func incomplete(_ format: String, ends place: String) -> StillImageProblem {
    StillImageProblem(
      .truncated, "not a complete \(format) (ends \(place))", remedy: remedyForStrict)
  }

  static let tooLargeForMemory = StillImageProblem(
    .tooLarge, "the picture does not fit in memory", remedy: "Make it smaller.")

  /// Returns the problem of a file whose pixels cannot all be decoded.
  static func damaged(_ format: String, _ reason: String) -> StillImageProblem {
    StillImageProblem(.corrupt, "a damaged \(format): \(reason)", remedy: remedyForStrict)
  }

  /// The remedy for an undamaged image in a format that is not supported.
  static let convert = "Convert it to JPEG, PNG or WebP."

  /// Returns the problem of an image whose decoding library cannot be loaded.
  ///
  /// - Parameters:
  ///   - pictures: The formats that the library decodes, in the plural.
  ///   - library: The name of the library.
  ///   - reason: The reason why it cannot be loaded.
  ///   - package: The name of its Debian package.
  /// - Returns: The problem, whose remedy names the package.
  static func missingLibrary(
    _ pictures: String, _ library: String, _ reason: UnsafePointer<CChar>?, package: String
  ) -> StillImageProblem {
    let reason = reason.map { String(cString: $0) } ?? "unknown reason"
    return StillImageProblem(
      .unsupported, "\(pictures) need \(library), which cannot be loaded (\(reason))",
      remedy: "Install it (Debian: \(package)), or convert the picture to JPEG, PNG or WebP.")
  }

  private static let remedyForStrict =
    "Get a fresh copy, or run without --strict to caption what is there."
}
