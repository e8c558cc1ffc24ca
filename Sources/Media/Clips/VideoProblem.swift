import CMedia

/// An error of FFmpeg's, without the name of the file.
struct VideoProblem: Error {
  private let status: CMediaStatus
  /// FFmpeg's message; empty if there is none.
  private let reason: String

  init(_ status: CMediaStatus, reason: String = "") {
    (self.status, self.reason) = (status, reason)
  }

  func error(_ name: String, _ stage: MediaError.Stage) -> MediaError {
    let (code, problem) = description
    return MediaError(path: name, code: code, stage: stage, problem: problem)
  }

  private var description: (MediaError.Code, String) {
    let cause = reason.isEmpty ? "" : " (\(reason))"
    switch status {
    case CMEDIA_NO_LIBRARY:
      let reason = cmedia_load().map { String(cString: $0) } ?? "unknown reason"
      return (
        .unsupported,
        "clips and pictures in this format need FFmpeg, which cannot be loaded (\(reason)). Install "
          + "libavformat, libavcodec and libswscale of the version that cutline was built with."
      )
    case CMEDIA_NOT_MEDIA:
      return (.corrupt, "a damaged file: its header cannot be read\(cause). Get a fresh copy.")
    case CMEDIA_NO_VIDEO:
      return (.noFrames, "has no video, only sound or nothing. Name a clip that has.")
    case CMEDIA_NO_DECODER:
      return (
        .unsupported,
        "no decoder here reads it\(cause). Convert it: a clip to H.264, a picture to PNG."
      )
    case CMEDIA_TOO_LARGE:
      return (
        .tooLarge,
        "its frames have more pixels than the limit. Make them smaller, or raise --max-pixels."
      )
    case CMEDIA_TIMEOUT:
      return (.timeout, "took too long to read. Raise --timeout if it may take that long.")
    case CMEDIA_NO_MEMORY:
      return (.tooLarge, "does not fit in memory. Make it smaller.")
    case CMEDIA_UNREADABLE:
      return (.unreadable, "cannot be read\(cause). Check the disk.")
    default:
      return (.corrupt, "a damaged file: it cannot be decoded\(cause). Get a fresh copy.")
    }
  }
}
