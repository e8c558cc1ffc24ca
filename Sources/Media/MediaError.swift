/// Why a picture or a video could not be read.
package struct MediaError: Error, Equatable, CustomStringConvertible {
  /// The kinds of failure, a closed list that scripts may rely on.
  package enum Code: String, Sendable, CaseIterable {
    case missing, unreadable, empty, unsupported, truncated, corrupt, timeout, cancelled, `internal`
    case notMedia = "not_media"
    case tooLarge = "too_large"
    case tooLong = "too_long"
    case noFrames = "no_frames"
    case decoderCrashed = "decoder_crashed"
    case outsideRoot = "outside_root"
  }

  /// What was being done when it failed.
  package enum Stage: String, Sendable {
    case open, decode
  }

  /// The file, as the user named it.
  package let path: String
  package let code: Code
  package let stage: Stage
  /// What is wrong and what to do about it, in whole sentences.
  package let problem: String

  package init(path: String, code: Code, stage: Stage, problem: String) {
    self.path = path
    self.code = code
    self.stage = stage
    self.problem = problem
  }

  package var description: String { "\(path): \(problem)" }
}

/// Something wrong with a picture that could be read all the same, or to be known about how it was.
package struct MediaWarning: Sendable, Equatable {
  package let code: MediaError.Code
  package let message: String
  /// Whether nothing is wrong, and only the curious want to know.
  package let isRemark: Bool

  package init(code: MediaError.Code, message: String, isRemark: Bool = false) {
    (self.code, self.message, self.isRemark) = (code, message, isRemark)
  }

  /// That an animation was read as a picture.
  package static let firstPictureOnly = MediaWarning(
    code: .unsupported,
    message: "moves, and only its first picture was looked at (--every, --scenes or --frames "
      + "caption it as a clip)")

  /// That light beyond the standard range, coded as `transfer`, was pressed into it.
  static func toneMapped(_ transfer: String) -> MediaWarning {
    MediaWarning(
      code: .unsupported, message: "HDR (\(transfer)), shown in SDR with white at 203 cd/m\u{B2}",
      isRemark: true)
  }

  /// That light beyond the standard range was left as it is coded, since the picture has alpha.
  static func notToneMapped(_ transfer: String) -> MediaWarning {
    MediaWarning(
      code: .unsupported,
      message: "HDR (\(transfer)) with transparency, whose light is not adapted to SDR")
  }
}

/// What a decoder found wrong, before anyone knows which file it was.
struct StillImageProblem: Error, Equatable {
  let code: MediaError.Code
  /// What is wrong, such as "not a complete JPEG (ends inside its header)".
  let fact: String
  /// What to do about it, as a sentence.
  let remedy: String

  init(_ code: MediaError.Code, _ fact: String, remedy: String = "Get a fresh copy.") {
    self.code = code
    self.fact = fact
    self.remedy = remedy
  }

  /// The problem of the file of that name.
  func error(_ name: String) -> MediaError {
    MediaError(path: name, code: code, stage: .decode, problem: "\(fact). \(remedy)")
  }

  /// The problem as a warning to those who read on.
  var warning: MediaWarning { MediaWarning(code: code, message: fact) }

  /// The problem of a file that stops too early, but not before its first pixel.
  static func incomplete(_ format: String, ends place: String) -> StillImageProblem {
    StillImageProblem(
      .truncated, "not a complete \(format) (ends \(place))", remedy: remedyForStrict)
  }

  static let tooLargeForMemory = StillImageProblem(
    .tooLarge, "the picture does not fit in memory", remedy: "Make it smaller.")

  /// The problem of a file whose pixels cannot all be decoded.
  static func damaged(_ format: String, _ reason: String) -> StillImageProblem {
    StillImageProblem(.corrupt, "a damaged \(format): \(reason)", remedy: remedyForStrict)
  }

  /// What to do with a picture that is whole, but of a kind that is not read.
  static let convert = "Convert it to JPEG, PNG or WebP."

  /// The problem of a picture whose library is not there.
  ///
  /// - Parameters:
  ///   - pictures: What the library reads, in the plural.
  ///   - library: Its name.
  ///   - reason: Why it cannot be loaded.
  ///   - package: What Debian calls it.
  /// - Returns: The problem, with what to install.
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
